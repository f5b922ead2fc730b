"""A device on a connection of our own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Self

from port502.cli.exits import exception_text, trying
from port502.cli.peer import Wanted, Written
from port502.cli.values import BAD, GOOD, Row
from port502.client import Client
from port502.client.typed import MapValue
from port502.errors import DeviceError, Port502Error, UsageError
from port502.history.when import format_time
from port502.protocol.bits import pack_bits
from port502.protocol.codes import ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE
from port502.protocol.message import Request, Response
from port502.protocol.words import data_of
from port502.registers.maps.categories import Capabilities
from port502.registers.maps.model import DeviceMap
from port502.registers.meaning import HIGHEST_EXPONENT
from port502.registers.point import Point
from port502.registers.values import DecodeError, Value, value_fault
from port502.registers.writes import holds, needs_current, request_of

if TYPE_CHECKING:
    from port502.collect.settings import DeviceSettings


class Direct:
    """A peer that is called over its own connection; errors pass as Failed, with what was tried."""

    def __init__(self, client: Client, label: str, unit: int, device: DeviceSettings | None = None) -> None:
        self.label = label
        self.unit = unit
        self.device = device
        self._client = client

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._client.close()

    async def request(self, request: Request[Any]) -> Response:
        with trying(self._tried):
            response: Response = await self._client.request(request)
            return response

    async def read(self, wanted: Sequence[Wanted]) -> list[Row]:
        with trying(self._tried):
            if self.device is not None:
                return await self._read_planned(wanted, self.device)
            try:
                return await self._read(wanted)
            except DeviceError as error:
                items = [list(group) for _, group in groupby(wanted, key=lambda one: one.item)]
                if len(items) == 1 or error.code not in (ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE):
                    raise
            return await self._read_apart(items)

    async def write(self, wanted: Wanted, value: Value, *, verify: bool) -> Written:
        point = wanted.point
        with trying(f"{self._tried}, writing {wanted.ref}"):
            point = point.scaled(await self._exponent(point))
            current = (
                (await self._read([wanted]))[0].registers if needs_current(point, wanted.function) else ()
            )
            request, sent = request_of(point, value, wanted.function, current)
            await self._client.request(request)
        if not verify:
            return Written(sent)
        try:
            row = (await self._read([wanted]))[0]
        except Port502Error as error:
            return Written(sent, None, False, f"written, but it cannot be read back: {error}")
        same = holds(point, row.registers, sent)
        note = "" if same else f"holds {row.text} after {_text(wanted, value)} was written to it"
        return Written(sent, row.value, same, note)

    @property
    def _tried(self) -> str:
        return f"{self.label}, unit {self.unit}"

    async def _exponent(self, point: Point) -> int:
        """What stands in the scale register of a point, 0 where it has none."""
        where = point.scale_point
        if where is None:
            return 0
        value = (await self._client.read(where.reference))[0]
        if not isinstance(value, int) or abs(value) > HIGHEST_EXPONENT:
            raise UsageError(
                f"{point.name}: its scale register holds {value}, no power of ten; nothing was sent"
            )
        return value

    async def _read_planned(self, wanted: Sequence[Wanted], device: DeviceSettings) -> list[Row]:
        """As the device can take it; a block that it refuses is read in pieces, down to the guilty point."""
        own = Capabilities(max_registers=device.max_registers, max_bits=device.max_bits, gap=device.gap)
        # Points are told apart by their place in the list: one may be asked for twice.
        points = [replace(one.point, name=str(place)) for place, one in enumerate(wanted)]
        asked = self._client.device(DeviceMap.of(device.name, points, own_capabilities=own))
        values = await asked.read()
        now = format_time(time.time())
        return [planned_row(one, value, now) for one, value in zip(wanted, values, strict=True)]

    async def _read(self, wanted: Sequence[Wanted]) -> list[Row]:
        readings = iter(await self._client.read_detailed(*(one.point.extent for one in wanted)))
        now = format_time(time.time())
        return [
            row_of(
                one,
                [word for part in islice(readings, one.point.extent.count) for word in part.registers],
                now,
            )
            for one in wanted
        ]

    async def _read_apart(self, items: Sequence[Sequence[Wanted]]) -> list[Row]:
        """Each item by itself, so that one that does not exist keeps nobody from the others."""
        rows: list[Row] = []
        refused: DeviceError | None = None
        for item in items:
            try:
                rows += await self._read(item)
            except DeviceError as error:
                refused = error
                rows += [refused_row(one, error) for one in item]
        if refused is not None and all(row.quality == BAD for row in rows):
            raise refused
        return rows


def row_of(wanted: Wanted, registers: Sequence[int], now: str) -> Row:
    """The row of a value from the registers of its extent; a value that means nothing is bad, with the reason."""
    point = wanted.point
    place = point.address - point.start
    fault = ""
    value: Value | None
    try:
        if point.table.is_bits:
            value = point.decode(pack_bits(map(bool, registers)))
        else:
            value = point.decode(data_of(registers), 2 * place)
        fault = value_fault(value)
    except DecodeError as error:
        value, fault = None, str(error)
    return Row(
        ref=wanted.ref,
        name=wanted.name,
        table=str(point.table),
        address=point.address,
        type=point.type,
        value=None if fault else value,
        registers=tuple(registers[place : place + point.width]),
        time=now,
        unit_of_measure=point.unit,
        quality=BAD if fault else GOOD,
        reason=fault,
    )


def planned_row(wanted: Wanted, value: MapValue, now: str) -> Row:
    """The row of a value that was read by plan."""
    point = wanted.point
    return Row(
        ref=wanted.ref,
        name=wanted.name,
        table=str(point.table),
        address=point.address,
        type=point.type,
        value=value.value,
        registers=value.registers,
        time=now,
        unit_of_measure=point.unit,
        quality=BAD if value.value is None else GOOD,
        reason=value.reason,
    )


def refused_row(wanted: Wanted, error: DeviceError) -> Row:
    """The row of a value that the device refused."""
    point = wanted.point
    now = format_time(time.time())
    return Row(
        ref=wanted.ref,
        name=wanted.name,
        table=str(point.table),
        address=point.address,
        type=point.type,
        value=None,
        registers=(),
        time=now,
        unit_of_measure=point.unit,
        quality=BAD,
        reason=exception_text(error),
    )


def _text(wanted: Wanted, value: Value) -> str:
    from port502.registers.text import format_value

    return format_value(value, wanted.point.type)
