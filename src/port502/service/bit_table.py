"""Coils and discrete inputs: single bits, stored packed and moved many at a time as one integer."""

from __future__ import annotations

from collections.abc import Sequence

from port502.protocol.bits import bits_of, pack_bits
from port502.service.table import Range, Table


def slice_bits(data: bytearray, offset: int, quantity: int) -> bytes:
    """``quantity`` bits from any offset, packed from bit 0 of the first byte on, padded with zeros."""
    if not (offset | quantity) & 7:
        return bytes(data[offset >> 3 : (offset + quantity) >> 3])
    window = int.from_bytes(data[offset >> 3 : (offset + quantity + 7) >> 3], "little")
    return (window >> (offset & 7) & ((1 << quantity) - 1)).to_bytes((quantity + 7) >> 3, "little")


class BitTable(Table[bool]):
    """Sparse table of bits; a range's first address is the lowest bit of its first byte."""

    __slots__ = ()

    def take(self, address: int, quantity: int) -> bytes | None:
        """The bits packed as a response carries them; None when one does not exist."""
        found = self.find(address, quantity)
        if found is None:
            return None
        return slice_bits(found.data, address - found.start, quantity)

    def encode(self, values: Sequence[bool]) -> bytes:
        """Bits as packed bytes; raises UsageError for anything but True, False, 1 and 0."""
        return pack_bits(values)

    def decode(self, data: bytes, quantity: int) -> list[bool]:
        """The first ``quantity`` bits of packed bytes."""
        return bits_of(data, quantity)

    def _store(self, found: Range, address: int, quantity: int, data: bytes) -> None:
        offset = address - found.start
        first, end = offset >> 3, (offset + quantity + 7) >> 3
        mask = (1 << quantity) - 1
        new = int.from_bytes(data, "little") & mask
        kept = int.from_bytes(found.data[first:end], "little") & ~(mask << (offset & 7))
        found.data[first:end] = (kept | new << (offset & 7)).to_bytes(end - first, "little")

    def _joined(self, first: Range, second: Range) -> bytearray:
        count = first.end - first.start
        quantity = count + second.end - second.start
        bits = int.from_bytes(first.data, "little") | int.from_bytes(second.data, "little") << count
        return bytearray(bits.to_bytes((quantity + 7) >> 3, "little"))
