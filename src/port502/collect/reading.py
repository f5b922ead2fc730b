"""A block at run time: its request, its newest reading, and the samples made of it when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any

from port502.collect.deadband import Deadband
from port502.collect.decoding import LAYOUTS, Decoder
from port502.collect.derived import Node
from port502.collect.sample import BAD, Sample, Value
from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.bits import bits_of
from port502.protocol.message import Request
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from port502.protocol.words import registers_of
from port502.registers.block import Block
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.transport.queue import AnyTransaction

_REQUESTS: dict[Table, Any] = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
    Table.INPUT: ReadInputRegistersRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
}


@lru_cache(maxsize=LAYOUTS)
def _request(table: Table, address: int, quantity: int) -> Request[Any]:
    request: Request[Any] = _REQUESTS[table](address, quantity)
    return request


def request_for(block: Block) -> Request[Any]:
    """The request that reads a block; blocks of many devices share it."""
    return _request(block.table, block.address, block.quantity)


def raw_of(block: Block, point: Point, data: bytes | None) -> tuple[int, ...]:
    """The registers (or bits) of one point in the data of its block; empty before there is any."""
    if data is None:
        return ()
    start, end = point.address - block.address, point.end - block.address
    if block.table.is_bits:
        return tuple(map(int, bits_of(data, block.quantity)[start:end]))
    return tuple(registers_of(data[2 * start : 2 * end]))


class LiveBlock:
    """One block that a group reads again and again; the ``Source`` of the latest values of its points.

    ``names`` are the full names of its points in the order of its values. ``filters`` is None where every reading
    is kept. ``values`` are those in ``data``, the last reply's, or None where not all of them are good. ``feeds``
    are the expressions that need any of the points, in the order of computing. ``made`` are the samples where
    they had to be made, else values and Unix ``time`` stand for them. ``transaction`` is set while it is
    being asked for, ``tries`` counts the attempts that failed, ``failed`` says that the last cycle had no answer,
    ``proven`` that it was read at least once.
    """

    __slots__ = (
        "block", "data", "decoder", "failed", "feeds", "filters", "made", "names", "proven", "read_at", "request",
        "time", "transaction", "tries", "values",
    )  # fmt: skip

    def __init__(
        self, block: Block, names: Mapping[str, str], bands: Mapping[str, Deadband], now: float
    ) -> None:
        self.block = block
        self.request = request_for(block)
        self.decoder = Decoder(block)
        self.names = tuple(names[point.name] for point in self.decoder.points)
        mine = [bands.get(name) for name in self.names]
        self.filters: Sequence[Deadband | None] | None = mine if any(mine) else None
        self.feeds: tuple[Node, ...] = ()
        self.data: bytes | None = None
        self.values: Sequence[Value] | None = None
        self.time = 0.0
        self.made: list[Sample] | None = None
        self.read_at = now
        self.proven = False
        self.failed = False
        self.tries = 0
        self.transaction: AnyTransaction | None = None

    def mixed(self, data: bytes, time: float) -> list[Sample]:
        """The samples in the data of a reply, good or bad each."""
        self.values = None
        self.made = [
            Sample(name, time, None, BAD, fault) if fault else Sample(name, time, value)
            for name, (value, fault) in zip(self.names, self.decoder.carefully(data), strict=True)
        ]
        return list(self.made)

    def bad(self, reason: str, time: float) -> list[Sample]:
        """One bad sample per point."""
        self.made = [Sample(name, time, None, BAD, reason) for name in self.names]
        return list(self.made)

    def sample(self, place: int) -> Sample | None:
        """The newest sample of one of its points; None before the first reading."""
        if self.made is not None:
            return self.made[place]
        return Sample(self.names[place], self.time, self.values[place]) if self.values else None

    def replace(self, place: int, sample: Sample) -> None:
        """Make another sample the newest of one of its points, until the next reading."""
        if self.made is None:
            if not self.values:
                return
            self.made = list(map(Sample, self.names, repeat(self.time), self.values))
        self.made[place] = sample

    def raw(self, place: int) -> tuple[int, ...]:
        """The registers (or bits) of one of its points as they came last."""
        return raw_of(self.block, self.decoder.points[place], self.data)

    def known(self, place: int) -> Value:
        """The value of one of its points in the last reply; None before there is any, and for one that was faulty."""
        if self.values is not None:
            return self.values[place]
        if self.data is None:
            return None
        value, fault = self.decoder.carefully(self.data)[place]
        return None if fault else value
