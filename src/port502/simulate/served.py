"""One table of a simulated device: brought up to date before a read, listened to when it is written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol

from port502.errors import IllegalDataValueError, Port502Error, UsageError
from port502.protocol.codes import WRITE_MULTIPLE_COILS, WRITE_MULTIPLE_REGISTERS
from port502.registers.reference import Table as TableName
from port502.registers.values import Value
from port502.service.table import Table
from port502.simulate.source import Source


class Life(Protocol):
    """What a table asks of its device."""

    @property
    def sources(self) -> Sequence[Source]:
        """The points that are served."""

    def look(self) -> None:
        """Go on to the present moment, and forget what is out of date."""

    def raw(self, source: Source) -> Value:
        """The raw value of a point at that moment."""

    def wrote(self, source: Source, value: Value) -> None:
        """A client writes a point; it is about to be stored."""


class ServedTable:
    """The points of one table: brought up to date before a read, listened to when they are written."""

    def __init__(self, table: Table[int] | Table[bool], name: TableName, life: Life) -> None:
        self._life = life
        self._table = table
        self._bits = name.is_bits
        self._sources = sorted(
            (one for one in life.sources if one.point.point.table == name),
            key=lambda one: one.point.point.address,
        )
        self._starts = [one.point.point.address for one in self._sources]
        self._widest = max((one.point.point.width for one in self._sources), default=0)
        self._done: set[int] = set()

    def start(self) -> None:
        """Fill the table, and stand between it and its clients."""
        for source in self._sources:
            self._store(source)
        if any(source.moves for source in self._sources):
            self._table.on_read(self.refresh)
        if any(source.point.point.writable for source in self._sources):
            self._table.on_write(self.written)

    def refresh(self, address: int, quantity: int) -> None:
        """Bring the points in these addresses up to the present moment."""
        self._life.look()
        done = self._done
        for index in self._within(address, quantity):
            source = self._sources[index]
            if index not in done and source.moves:
                done.add(index)
                self._store(source)

    def written(self, address: int, values: Sequence[int | bool]) -> None:
        """Check a client's write against the map, then let the device know."""
        found: list[tuple[Source, Value]] = []
        end = address + len(values)
        data = self._table.encode(values)  # type: ignore[arg-type]
        for index in self._within(address, len(values)):
            source = self._sources[index]
            point = source.point.point
            if point.address < address or point.end > end:
                source.held = True  # only a part of it: what stands there now is the client's
                continue
            offset = point.address - address
            try:
                value = source.plain.decode(data, offset if self._bits else 2 * offset)
                if source.point.write is not None:
                    source.point.write.check(point.name, value)
            except UsageError as error:
                raise IllegalDataValueError(
                    WRITE_MULTIPLE_COILS if self._bits else WRITE_MULTIPLE_REGISTERS, message=str(error)
                ) from None
            except Port502Error:
                continue
            found.append((source, value))
        for source, value in found:
            self._life.wrote(source, value)

    def forget(self) -> None:
        """Everything has to be computed anew."""
        self._done.clear()

    def _within(self, address: int, quantity: int) -> range:
        """The sources that may lie in some addresses, by their places."""
        first = bisect_left(self._starts, address - self._widest + 1)
        last = bisect_left(self._starts, address + quantity)
        return range(first, last)

    def _store(self, source: Source) -> None:
        point = source.point.point
        raw = self._life.raw(source)
        if self._bits:
            self._table.write(point.address, [bool(raw)] * point.count)
            return
        table = self._table
        meaning = point.meaning
        if meaning is not None and meaning.mask is not None and isinstance(raw, int):
            before = int.from_bytes(table.take(point.address, point.width) or b"", "big")
            shifted = int.from_bytes(point.encode_raw(raw << meaning.shift), "big")
            mask = int.from_bytes(point.encode_raw(meaning.mask), "big")
            data = (before & ~mask | shifted & mask).to_bytes(2 * point.width, "big")
        elif meaning is not None and meaning.encoding:
            data = point.encode(raw) or b""  # type: ignore[assignment]
        elif isinstance(raw, tuple) and point.type != "bits":
            data = b"".join(point.encode_raw(one) for one in raw)
        else:
            data = point.encode_raw(raw) * point.count
        table.put(point.address, point.width, data)
