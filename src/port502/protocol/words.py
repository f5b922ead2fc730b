"""Registers: lists of 16-bit numbers to and from big-endian bytes, a whole message at a time."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from port502.errors import UsageError
from port502.protocol.codes import MAX_READ_REGISTERS

_WORDS = tuple(struct.Struct(f">{count}H") for count in range(MAX_READ_REGISTERS + 1))


def registers_of(data: bytes) -> list[int]:
    """The registers (0-65535) in big-endian bytes; raises UsageError when the length is odd."""
    try:
        return list(_WORDS[len(data) >> 1].unpack(data))
    except (IndexError, struct.error):
        if len(data) % 2:
            raise UsageError(f"registers are 2 bytes each, got {len(data)} bytes") from None
        return list(struct.unpack(f">{len(data) >> 1}H", data))


def data_of(values: Sequence[int]) -> bytes:
    """The big-endian bytes of registers; raises UsageError for a value that is no integer of 0-65535."""
    try:
        return _WORDS[len(values)].pack(*values)
    except (IndexError, struct.error):
        for index, value in enumerate(values):
            if not isinstance(value, int) or not 0 <= value <= 0xFFFF:
                raise UsageError(f"registers are integers of 0-65535, number {index} is {value!r}") from None
        return struct.pack(f">{len(values)}H", *values)
