"""The values that a capture shows: each register and bit that is read or written, with its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from port502.errors import Port502Error
from port502.protocol.bits import pack_bits
from port502.protocol.words import data_of
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import Value
from port502.traffic.message import Message
from port502.traffic.moment import time_text

MOST_KEPT: Final = 100_000
"""Places whose last value is remembered, to tell changes."""

_READS: Final = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT, 23: Table.HOLDING}
_WRITES: Final = {5: Table.COIL, 6: Table.HOLDING, 15: Table.COIL, 16: Table.HOLDING, 23: Table.HOLDING}


@dataclass(frozen=True, slots=True)
class Seen:
    """One value of a server's unit in a frame: of a register or bit, or of a map's point.

    ``reason`` says why a point has none.
    """

    frame: int
    time: int
    server: str
    unit: int
    table: Table
    address: int
    value: Value | None
    written: bool = False
    point: Point | None = None
    reason: str = ""

    def record(self) -> dict[str, object]:
        """The value by its field names; what has nothing to say is left out."""
        point = self.point
        record: dict[str, object] = {
            "frame": self.frame,
            "time": time_text(self.time),
            "server": self.server,
            "unit_id": self.unit,
            "ref": f"{self.table}:{self.address}",
            "name": point.name if point else None,
            "table": str(self.table),
            "address": self.address,
            "type": point.type if point else None,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "unit_of_measure": point.unit or None if point else None,
            "quality": "bad" if self.reason else "good",
            "reason": self.reason or None,
            "written": self.written or None,
        }
        return {name: value for name, value in record.items() if value is not None or name == "value"}


class Series:
    """Takes the values out of messages; with ``points`` those of a map, else every register by itself.

    ``changes`` leaves out what is the same as before.
    """

    def __init__(self, points: Sequence[Point] = (), *, changes: bool = False) -> None:
        self._points = points
        self._changes = changes
        self._last: dict[tuple[str, int, Table, int, str], Value | None] = {}

    def of(self, messages: Iterable[Message]) -> Iterator[Seen]:
        """The values that these messages carry, in their order.

        What is read counts where its request was seen, since a response does not say where it is from; what is
        written counts when the server confirms it.
        """
        for message in messages:
            request = message.request
            if request is None or message.exception_code is not None:
                continue
            asked, code = request.fields, request.func_code or 0
            if code in _WRITES:
                address = asked.write_reference_num if code == 23 else asked.reference_num
                yield from self._values(message, _WRITES[code], address, asked.values, written=True)
            if code in _READS:
                yield from self._values(message, _READS[code], asked.reference_num, message.values)

    def _values(
        self,
        message: Message,
        table: Table,
        address: int | None,
        values: Sequence[int] | None,
        *,
        written: bool = False,
    ) -> Iterator[Seen]:
        if address is None or not values:
            return
        found = self._named if self._points else _plain
        unit, server = message.unit_id or 0, message.way.server
        for place, value, point, reason in found(table, address, values):
            if self._changes:
                key = (server, unit, table, place, point.name if point else "")
                if key in self._last and self._last[key] == value:
                    continue
                if len(self._last) >= MOST_KEPT:
                    self._last.clear()
                self._last[key] = value
            yield Seen(message.frame, message.time, server, unit, table, place, value, written, point, reason)

    def _named(
        self, table: Table, address: int, values: Sequence[int]
    ) -> Iterator[tuple[int, Value | None, Point | None, str]]:
        data = pack_bits([bool(one) for one in values]) if table.is_bits else data_of(values)
        for point in self._points:
            if point.table is not table or point.start < address or point.stop > address + len(values):
                continue
            step = point.address - address
            try:
                yield point.address, point.decode(data, step if table.is_bits else 2 * step), point, ""
            except Port502Error as error:
                yield point.address, None, point, str(error)


def _plain(
    table: Table, address: int, values: Sequence[int]
) -> Iterator[tuple[int, Value | None, Point | None, str]]:
    for step, value in enumerate(values):
        yield address + step, value, None, ""
