"""A block: one read request and the points whose values its reply holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from port502.errors import ReplyError
from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.bits import bytes_for
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.registers.point import Point, Reader
from port502.registers.reference import Table
from port502.registers.values import DecodeError, Value

Reading: TypeAlias = "tuple[Point, Value | DecodeError]"
ReadRequest: TypeAlias = (
    ReadCoilsRequest | ReadDiscreteInputsRequest | ReadInputRegistersRequest | ReadHoldingRegistersRequest
)

_REQUESTS: dict[Table, type[ReadRequest]] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.INPUT: ReadInputRegistersRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Addresses of a table from ``address`` up to, not including, ``end``."""

    table: Table
    address: int
    end: int

    def overlaps(self, address: int, end: int) -> bool:
        """True when the span and [address, end) share an address."""
        return self.address < end and address < self.end

    def __str__(self) -> str:
        return f"{self.table}:{self.address}..{self.end - 1}"


class Block:
    """``quantity`` registers (or bits) of a table from ``address`` on, holding all of ``points``.

    ``gaps`` are the addresses in between that no point asked for, ``request`` is the message that reads all.
    ``trial`` belongs to the healing, where it split a refused block into this one. Blocks are told apart by
    identity.
    """

    __slots__ = ("_fields", "_size", "address", "gaps", "points", "quantity", "request", "table", "trial")

    def __init__(self, points: Sequence[Point]) -> None:
        ordered = sorted(points, key=lambda point: (point.start, point.stop))
        self.points = tuple(ordered)
        self.table = ordered[0].table
        self.address = ordered[0].start
        self.gaps = _gaps(ordered)
        self.quantity = max(point.stop for point in ordered) - self.address
        self.request: ReadRequest = _REQUESTS[self.table](self.address, self.quantity)
        self.trial: Any = None
        is_bits = self.table.is_bits
        self._size = bytes_for(self.quantity) if is_bits else 2 * self.quantity
        scale = 1 if is_bits else 2
        self._fields: list[tuple[Point, Reader, int]] = [
            (point, point.reader(), scale * (point.address - self.address)) for point in ordered
        ]

    @property
    def function(self) -> int:
        """The function code (1-4) that reads this block."""
        return self.table.read_function

    @property
    def end(self) -> int:
        """The first address behind the block."""
        return self.address + self.quantity

    @property
    def bridged(self) -> int:
        """How many of the registers (or bits) no point asked for."""
        return sum(gap.end - gap.address for gap in self.gaps)

    def values(self, data: bytes) -> list[Reading]:
        """Every point with its value from the data of the reply, or the DecodeError that stands in its place.

        Raises ReplyError when the data is not as long as the block.
        """
        if len(data) != self._size:
            raise ReplyError(f"{self} takes {self._size} bytes of data, got {len(data)}")
        try:
            return [(point, read(data, offset)) for point, read, offset in self._fields]
        except DecodeError:
            return [(point, _value_or_error(read, data, offset)) for point, read, offset in self._fields]

    def __str__(self) -> str:
        return f"{self.table}:{self.address}*{self.quantity}"

    def __repr__(self) -> str:
        return f"<Block {self} points={len(self.points)} bridged={self.bridged}>"


def _value_or_error(read: Callable[[bytes, int], Value], data: bytes, offset: int) -> Value | DecodeError:
    try:
        return read(data, offset)
    except DecodeError as error:
        return error


def _gaps(ordered: Sequence[Point]) -> tuple[Span, ...]:
    gaps = []
    end = ordered[0].stop
    for point in ordered:
        if point.start > end:
            gaps.append(Span(point.table, end, point.start))
        end = max(end, point.stop)
    return tuple(gaps)
