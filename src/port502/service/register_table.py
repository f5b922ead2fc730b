"""Holding and input registers: 16-bit values, stored big-endian so that a reply is a slice."""

from __future__ import annotations

from collections.abc import Sequence

from port502.protocol.words import data_of, registers_of
from port502.service.table import Range, Table


class RegisterTable(Table[int]):
    """Sparse table of registers (0-65535), two bytes each in the order of the wire."""

    __slots__ = ()

    def take(self, address: int, quantity: int) -> bytes | None:
        """The registers' bytes, high byte first; None when one does not exist."""
        found = self.find(address, quantity)
        if found is None:
            return None
        first = 2 * (address - found.start)
        return bytes(found.data[first : first + 2 * quantity])

    def encode(self, values: Sequence[int]) -> bytes:
        """Register values as bytes; raises UsageError for a value outside 0-65535."""
        return data_of(values)

    def decode(self, data: bytes, quantity: int) -> list[int]:
        """Register values out of bytes."""
        return registers_of(data[: 2 * quantity])

    def _store(self, found: Range, address: int, quantity: int, data: bytes) -> None:
        first = 2 * (address - found.start)
        found.data[first : first + 2 * quantity] = data[: 2 * quantity]

    def _joined(self, first: Range, second: Range) -> bytearray:
        first.data += second.data
        return first.data
