"""Coils and discrete inputs: lists of booleans to and from packed bytes, lowest address in the lowest bit."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from port502.errors import UsageError

_BITS = tuple(tuple(bool(byte >> bit & 1) for bit in range(8)) for byte in range(256))
_DIGITS = bytes(b"01"[value] if value < 2 else 0 for value in range(256))


def bytes_for(quantity: int) -> int:
    """How many bytes hold that many bits."""
    return (quantity + 7) >> 3


def bits_of(data: bytes, quantity: int) -> list[bool]:
    """The first ``quantity`` bits of packed bytes; padding bits behind them are ignored."""
    bits = list(chain.from_iterable(map(_BITS.__getitem__, data)))
    del bits[quantity:]
    return bits


def pack_bits(bits: Iterable[bool]) -> bytes:
    """Packed bytes of bits, padded with zeros; raises UsageError for anything but True, False, 1 and 0."""
    values = list(bits)
    try:
        digits = bytes(values).translate(_DIGITS)
    except (TypeError, ValueError):
        digits = b"\0"
    if 0 in digits:
        wrong = [value for value in values if not isinstance(value, int) or value not in (0, 1)]
        raise UsageError(f"bits are True or False, got {wrong[0]!r}")
    if not digits:
        return b""
    return int(digits[::-1], 2).to_bytes(bytes_for(len(values)), "little")
