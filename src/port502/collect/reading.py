"""A block at run time: its request, and its reply turned into samples with as little work as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from math import isfinite
from struct import Struct
from typing import Any

from port502.collect.deadband import Deadband
from port502.collect.derived import Node
from port502.collect.sample import BAD, Sample, Value
from port502.errors import ReplyError
from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.bits import bits_of
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.protocol.words import registers_of
from port502.registers.block import Block
from port502.registers.point import Point, Reader
from port502.registers.reference import Table
from port502.registers.scaling import Scaler, scaler
from port502.registers.values import FLOATS, INTEGERS, WHOLE_TYPES, DecodeError, value_fault
from port502.transport.link import AnyTransaction

_REQUESTS: dict[Table, Any] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.INPUT: ReadInputRegistersRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
}
_LETTERS = {name: letter for name, (letter, _) in (INTEGERS | FLOATS).items()}


def request_for(block: Block) -> Request[Any]:
    """The request that reads a block."""
    request: Request[Any] = _REQUESTS[block.table](block.address, block.quantity)
    return request


class LiveBlock:
    """One block that a group reads again and again.

    ``names`` are the full names of its points in the order of its samples. ``filters`` is None where every
    reading is kept. ``feeds`` are the expressions that need any of the points, in the order of computing.
    """

    __slots__ = (
        "_decode", "_places", "block", "data", "failed", "feeds", "filters", "names", "proven", "read_at",
        "request", "transaction", "tries",
    )  # fmt: skip

    def __init__(
        self, block: Block, names: Mapping[str, str], bands: Mapping[str, Deadband], now: float
    ) -> None:
        self.block = block
        self.request = request_for(block)
        self._decode = _Decoder(block)
        points = self._decode.points
        self.names = tuple(names[point.name] for point in points)
        self._places = {names[point.name]: (point.address - block.address, point.width) for point in points}
        mine = [bands.get(name) for name in self.names]
        self.filters: Sequence[Deadband | None] | None = mine if any(mine) else None
        self.feeds: tuple[Node, ...] = ()
        self.data = b""
        self.read_at = now
        self.proven = False
        self.failed = False
        self.tries = 0
        self.transaction: AnyTransaction | None = None

    def good(self, data: bytes, time: float) -> list[Sample] | None:
        """The samples in the data of a reply that came at Unix ``time``; None unless all of them are good.

        Raises ReplyError when the data is not as long as the block.
        """
        values = self._decode.quickly(data)
        self.data = data
        return None if values is None else list(map(Sample, self.names, repeat(time), values))

    def mixed(self, data: bytes, time: float) -> list[Sample]:
        """The samples in the data of a reply, good or bad each."""
        return [
            Sample(name, time, None, BAD, fault) if fault else Sample(name, time, value)
            for name, (value, fault) in zip(self.names, self._decode.carefully(data), strict=True)
        ]

    def bad(self, reason: str, time: float) -> list[Sample]:
        """One bad sample per point."""
        return [Sample(name, time, None, BAD, reason) for name in self.names]

    def raw(self, point: str) -> tuple[int, ...]:
        """The registers (or bits) of one of the points as they came last."""
        offset, width = self._places[point]
        if not self.data:
            return ()
        if self.block.table.is_bits:
            return tuple(map(int, bits_of(self.data, self.block.quantity)[offset : offset + width]))
        return tuple(registers_of(self.data[2 * offset : 2 * (offset + width)]))


class _Decoder:
    """All values of a block: one struct call for the plain numbers among them, one reader for each of the rest."""

    __slots__ = ("_floats", "_readers", "_rescale", "_scalers", "_size", "_unpack", "points")

    def __init__(self, block: Block) -> None:
        plain, others = _sorted_out(block)
        self.points = (*plain, *others)
        self._size = (block.quantity + 7) // 8 if block.table.is_bits else 2 * block.quantity
        self._unpack = Struct(_layout(plain, block.address)).unpack_from if plain else None
        self._scalers: list[Scaler | None] = [
            scaler(point.scale, point.offset, point.type in WHOLE_TYPES) for point in plain
        ]
        self._rescale = any(scale is not None for scale in self._scalers)
        self._floats = any(point.type in FLOATS for point in plain)
        step = 1 if block.table.is_bits else 2
        self._readers: list[tuple[Reader, int]] = [
            (point.reader(), step * (point.address - block.address)) for point in others
        ]

    def quickly(self, data: bytes) -> Sequence[Value] | None:
        """All values when none of them needs a second look, else None; raises ReplyError for data of a wrong size."""
        if len(data) != self._size:
            raise ReplyError(f"{self._size} bytes of data were asked for, got {len(data)}")
        values: Sequence[Value] = ()
        if self._unpack is not None:
            values = self._numbers(data)
            if self._floats and not isfinite(sum(values)):  # type: ignore[arg-type]
                return None
        if not self._readers:
            return values
        try:
            others = [read(data, offset) for read, offset in self._readers]
        except DecodeError:
            return None
        if any(map(value_fault, others)):
            return None
        return [*values, *others]

    def carefully(self, data: bytes) -> list[tuple[Value, str]]:
        """Each value with its fault in words, which is empty where there is none."""
        found: list[tuple[Value, str]] = []
        if self._unpack is not None:
            found = [(value, value_fault(value)) for value in self._numbers(data)]
        for read, offset in self._readers:
            try:
                value = read(data, offset)
            except DecodeError as error:
                found.append((None, f"decode: {error}"))
            else:
                found.append((value, value_fault(value)))
        return found

    def _numbers(self, data: bytes) -> Sequence[Value]:
        assert self._unpack is not None
        values: Sequence[Value] = self._unpack(data)
        if self._rescale:
            pairs = zip(values, self._scalers, strict=True)
            values = [value if scale is None else scale(value) for value, scale in pairs]  # type: ignore[arg-type]
        return values


def _sorted_out(block: Block) -> tuple[list[Point], list[Point]]:
    """The points that one struct call can read together, and the others; overlapping points are read one by one."""
    plain: list[Point] = []
    others: list[Point] = []
    end = block.address
    for point in block.points:
        if point.type in _LETTERS and point.count == 1 and point.order == "abcd" and point.address >= end:
            plain.append(point)
            end = point.end
        else:
            others.append(point)
    return plain, others


def _layout(points: Sequence[Point], address: int) -> str:
    """The struct format of plain points: big-endian, what lies between them skipped."""
    parts = [">"]
    for point in points:
        if point.address > address:
            parts.append(f"{2 * (point.address - address)}x")
        parts.append(_LETTERS[point.type])
        address = point.end
    return "".join(parts)
