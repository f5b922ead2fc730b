"""How a gateway fares: its table on a terminal, its fields in JSON, its last words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from port502.cli.board import count, milliseconds
from port502.cli.output import printable, table
from port502.gateway.status import BusStatus, GatewayStatus, UnitStatus
from port502.service.lately import Lately

if TYPE_CHECKING:
    from rich.table import Table

WELL = "open"
ALIVE = "alive"


class Board:
    """The table of a gateway; it remembers its last looks, to tell rates."""

    def __init__(self) -> None:
        self._lately = Lately()

    def draw(self, status: GatewayStatus, rows: int) -> RenderableType:
        """The table, on so many rows: buses, their units, the clients that asked last."""
        room = max(2, rows - len(status.buses) - 8)
        units = units_of(status.buses)
        shown = units[: max(1, room * 2 // 3)]
        clients = list(reversed(status.clients))[: max(1, room - len(shown))]
        parts: list[RenderableType] = [Text("listening on " + "   ".join(status.listening), "bold"), Text()]
        parts.append(buses_table([self._rated(bus, status.seconds) for bus in status.buses]))
        if shown:
            parts += [Text(), units_table(shown, several=len(status.buses) > 1)]
        if len(units) > len(shown):
            parts.append(Text(f"and {count(len(units) - len(shown), 'more unit')}", "dim"))
        if clients:
            parts += [Text(), self._clients(status, len(clients))]
        return Group(*parts, Text(), Text("Ctrl-C ends", "dim"))

    def _rated(self, bus: BusStatus, now: float) -> BusStatus:
        rate = self._lately.note(bus.name, bus.requests, now)
        return replace(
            bus, per_second=rate, load=self._lately.note(("load", bus.name), bus.busy_seconds, now)
        )

    def _clients(self, status: GatewayStatus, room: int) -> Table:
        right = ("requests", "per s", "writes", "refused")
        made = table("client", *right, right=right)
        for one in list(reversed(status.clients))[:room]:
            rate = self._lately.note(("client", one.client), one.requests, status.seconds)
            made.add_row(
                Text(printable(one.client)),
                Text(f"{one.requests:,}"),
                Text(f"{rate:.1f}"),
                Text(f"{one.writes:,}" if one.writes else "", "dim"),
                Text(f"{one.refused:,}" if one.refused else "", "yellow"),
            )
        return made


def buses_table(buses: Sequence[BusStatus]) -> Table:
    """A line for each bus: how it fares and how busy it is."""
    right = ("requests", "per s", "load", "waiting")
    made = table("bus", "state", *right, "", right=right)
    for bus in buses:
        name = bus.url if bus.name in ("", bus.url) else f"{bus.name}  {bus.url}"
        made.add_row(
            Text(printable(name)),
            Text(bus.state, "" if bus.state == WELL else "yellow"),
            Text(f"{bus.requests:,}"),
            Text(f"{bus.per_second:.1f}"),
            Text(f"{min(bus.load, 1.0):.0%}" if bus.units else ""),
            Text(f"{bus.waiting:,}" if bus.waiting else ""),
            Text(faults(bus), "yellow"),
        )
    return made


def units_of(buses: Sequence[BusStatus]) -> list[tuple[BusStatus, UnitStatus]]:
    """The units of all buses, those that are not well first."""
    units = [(bus, unit) for bus in buses for unit in bus.units]
    return sorted(units, key=lambda one: (one[1].state == ALIVE, one[0].name, one[1].unit))


def units_table(units: Sequence[tuple[BusStatus, UnitStatus]], *, several: bool) -> Table:
    """A line for each unit: its state, how long it takes, and the time-out that was learned for it."""
    right = ("replies", "p50", "p99", "time-out")
    made = table("unit", "state", *right, "", right=right)
    for bus, unit in units:
        name = f"{unit.unit}" + (f" {printable(bus.name or bus.url)}" if several else "")
        made.add_row(
            Text(name),
            Text(unit.state, "" if unit.state == ALIVE else "yellow"),
            Text(f"{unit.replies:,}"),
            Text(milliseconds(unit.p50)),
            Text(milliseconds(unit.p99)),
            Text(milliseconds(unit.timeout), "" if unit.learned else "dim"),
            Text(trouble(unit), "yellow"),
        )
    return made


def faults(bus: BusStatus) -> str:
    """What went wrong on a bus, and while it is not well the last error in words."""
    told = {
        "no answer": bus.no_answer,
        "no path": bus.no_path,
        "queue full": bus.refused,
        **{what: number for what, number in bus.discarded.items() if what != "noise"},
    }
    parts = [f"{number:,} {what}" for what, number in told.items() if number]
    if bus.state != WELL and bus.last_error:
        parts.append(printable(bus.last_error))
    return "   ".join(parts)


def trouble(unit: UnitStatus) -> str:
    """What went wrong with a unit."""
    told = {"time-outs": unit.timeouts, "damaged": unit.damaged, "wrong": unit.wrong}
    parts = [f"{number:,} {what}" for what, number in told.items() if number]
    parts += [f"{number:,} × exception {code:02X}" for code, number in sorted(unit.exceptions.items())]
    return "   ".join(parts)


def summary(status: GatewayStatus) -> dict[str, object]:
    """How it fared, by its field names."""
    return {
        "seconds": round(status.seconds, 3),
        "listening": list(status.listening),
        "unmapped": status.unmapped,
        "buses": [_bus(bus) for bus in status.buses],
        "clients": [
            {"client": one.client, "requests": one.requests, "writes": one.writes, "refused": one.refused}
            for one in status.clients
        ],
    }


def _bus(bus: BusStatus) -> dict[str, object]:
    return {
        "bus": bus.url,
        "state": bus.state,
        "requests": bus.requests,
        "replies": bus.replies,
        "no_answer": bus.no_answer,
        "no_path": bus.no_path,
        "busy": bus.refused,
        "spared": bus.spared,
        "retries": bus.retries,
        "unknown_writes": bus.unknown_writes,
        "busy_seconds": round(bus.busy_seconds, 3),
        "discarded": dict(bus.discarded),
        "last_error": bus.last_error,
        "units": [_unit(unit) for unit in bus.units],
    }


def _unit(unit: UnitStatus) -> dict[str, object]:
    return {
        "unit": unit.unit,
        "state": unit.state,
        "timeout_ms": _ms(unit.timeout),
        "learned": unit.learned,
        "p50_ms": _ms(unit.p50),
        "p95_ms": _ms(unit.p95),
        "p99_ms": _ms(unit.p99),
        "requests": unit.requests,
        "replies": unit.replies,
        "timeouts": unit.timeouts,
        "damaged": unit.damaged,
        "wrong": unit.wrong,
        "exceptions": {f"{code:02X}": number for code, number in sorted(unit.exceptions.items())},
        "last_error": unit.last_error,
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)


def words(status: GatewayStatus) -> str:
    """How it fared, in a line."""
    requests = sum(bus.requests for bus in status.buses)
    replies = sum(bus.replies for bus in status.buses)
    failed = sum(bus.no_answer + bus.no_path + bus.refused + bus.spared for bus in status.buses)
    buses = "1 bus" if len(status.buses) == 1 else f"{len(status.buses)} buses"
    return (
        f"the gateway ended after {status.seconds:.1f} s: {count(requests, 'request')} of"
        f" {count(len(status.clients), 'client')} to {buses},"
        f" {replies:,} answered, {failed:,} could not be"
    )
