"""Asking one device what it is: what it says of itself, and which known products fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from port502.client import Client
from port502.discover.candidates import SUNSPEC, distinctions, rank, undecided
from port502.discover.examine import Examination, Knowledge
from port502.discover.found import FoundDevice, FoundUnit, unit_of
from port502.discover.identity import learn
from port502.discover.line import Line
from port502.discover.products import places_of
from port502.discover.settings import ScanSettings
from port502.discover.units import UnitClass
from port502.errors import FrameError, NoReplyError
from port502.protocol.message import Request
from port502.registers.maps.library import Library
from port502.registers.maps.model import MapPoint
from port502.transport.tls import Tls
from port502.transport.url import Target, parse_url

CONNECT_TIMEOUT = 3.0
RESPONSE_TIMEOUT = 1.0


async def identify_at(
    url: str,
    unit: int | None = None,
    *,
    timeout: float | None = None,
    tolerate: frozenset[str] = frozenset(),
    tls: Tls | None = None,
) -> tuple[FoundDevice, FoundUnit]:
    """What answers at a url, and the unit that was meant: without ``unit`` the first of the usual ids that answers.

    Everything is read, nothing is written. Raises NoReplyError where nobody answers, FrameError for what is no Modbus.
    """
    place = parse_url(url)
    if place.is_serial or place.scheme == "rtu+tcp":
        return await _over_client(url, place, 1 if unit is None else unit, timeout)
    settings = replace(
        ScanSettings(rate=None, pause=0.0, tls=tls),
        units=None if unit is None else (unit,),
        connect_timeout=timeout or CONNECT_TIMEOUT,
        first_timeout=timeout or RESPONSE_TIMEOUT,
        response_timeout=timeout or RESPONSE_TIMEOUT,
    )

    async def open_line(tolerate: frozenset[str]) -> Line:
        line = Line(place, tolerate=tolerate)
        return await line.open(timeout=settings.connect_timeout, tls=tls)

    examination = Examination(await open_line(tolerate), open_line, settings, Knowledge.of())
    try:
        device = await examination.run()
    finally:
        examination.line.close()
    if device is None or not device.devices:
        raise _nobody(device, examination.line, unit)
    wanted = [one for one in device.devices if unit is None or one.unit == unit] or list(device.devices)
    return device, wanted[0]


def told_apart_by(unit: FoundUnit) -> list[tuple[str, MapPoint]]:
    """What would tell the first candidates apart, where what was seen does not."""
    library = Library.default()
    names = [one.map for one in undecided(unit.candidates) if one.map != SUNSPEC]
    return distinctions([library.load(name) for name in names]) if len(names) > 1 else []


def _nobody(device: FoundDevice | None, line: Line, unit: int | None) -> Exception:
    if line.says:
        return FrameError(f"this is no Modbus: it looks like {line.says}")
    asked = "the usual units" if unit is None else f"unit {unit}"
    if device is not None and device.gateway:
        return NoReplyError(f"a gateway answers there, but not {asked}; port502 scan --units 1-247 asks all")
    return NoReplyError(f"connected, but {asked} did not answer anything")


async def _over_client(
    url: str, place: Target, unit: int, timeout: float | None
) -> tuple[FoundDevice, FoundUnit]:
    """The same over a serial line, whose timing is the client's business."""
    wait = timeout or RESPONSE_TIMEOUT
    knowledge = Knowledge.of()
    async with Client(url, unit=unit, response_timeout=wait, retries=0) as client:

        async def ask(request: Request[Any]) -> Any:
            return await client.request(request)

        facts = await learn(ask, places_of(knowledge.products))
    if not facts.functions or set(facts.functions.values()) == {"silent"}:
        raise NoReplyError(f"unit {unit} did not answer anything")
    candidates = rank(facts, knowledge.products, knowledge.summaries, unit=unit)
    found = unit_of(unit, UnitClass.DEVICE, "read answered", None, facts, candidates)
    return FoundDevice(place.host or place.device, place.port, place.scheme, units=(found,)), found
