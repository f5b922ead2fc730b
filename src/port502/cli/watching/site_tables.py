"""The tables of a running site beside its values: connections with their devices, and alarms."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from port502.cli.board import duration, milliseconds
from port502.cli.output import printable
from port502.cli.watching.fitting import Column
from port502.cli.watching.grid import Cell, Grid
from port502.collect.alarms import AlarmState
from port502.collect.alarms.alarm import NORMAL, WAITING
from port502.collect.status import ConnectionStatus, UnitStatus

_LINKS: Final = {
    "ready": ("●", ""),
    "idle": ("○", ""),
    "connecting": ("◆", "uncertain"),
    "settling": ("◆", "uncertain"),
}
_UNITS: Final = {"online": ("●", ""), "not yet asked": ("○", ""), "suspect": ("◆", "uncertain")}
_SHAPES: Final = {"critical": "⬣", "high": "▲", "medium": "◆", "low": "▼"}
_ILL: Final = ("■", "bad")


class ConnectionsTable(Grid):
    """Connections, and below each the devices that are asked through it."""

    columns = (
        Column(" ", 1),
        Column("connection, device", 16, grows=2),
        Column("state", 13),
        Column("for", 10, right=True),
        Column("p50", 8, right=True),
        Column("p95", 8, right=True, need=90),
        Column("requests", 9, right=True, need=70),
        Column("no answer", 9, right=True, need=100),
        Column("refused", 7, right=True, need=100),
        Column("load", 5, right=True),
        Column("last error", 10, grows=3, need=100),
    )
    nothing = "no connections"

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: list[tuple[str, str, Sequence[Cell]]] = []

    def show(self, connections: Sequence[ConnectionStatus]) -> None:
        """Show these."""
        self._rows = [row for one in connections for row in _connection(one)]
        self.renew()

    @property
    def current(self) -> str:
        """The connection under the cursor, or that of the device there."""
        return self._rows[self.cursor][0] if self.cursor < len(self._rows) else ""

    @property
    def detail(self) -> str:
        """What there is to say about the line under the cursor."""
        return printable(self._rows[self.cursor][1]) if self.cursor < len(self._rows) else ""

    def lines(self) -> int:
        return len(self._rows)

    def cells(self, line: int) -> Sequence[Cell]:
        return self._rows[line][2]


def _connection(one: ConnectionStatus) -> Iterator[tuple[str, str, Sequence[Cell]]]:
    mark, tone = _LINKS.get(one.state, _ILL)
    yield (
        one.name,
        "   ".join(part for part in (one.name, one.url, one.last_error) if part),
        (
            (mark, tone or "quiet"),
            (one.name, "strong"),
            (one.state, tone),
            (duration(one.since), "quiet"),
            (milliseconds(one.response_p50), ""),
            (milliseconds(one.response_p95), ""),
            (f"{one.requests:,}", ""),
            (f"{one.timeouts:,}", "uncertain" if one.timeouts else "quiet"),
            (f"{one.exceptions:,}", "uncertain" if one.exceptions else "quiet"),
            (f"{one.load:.0%}", ""),
            (one.last_error, tone or "quiet"),
        ),
    )
    for unit in one.units:
        told = (unit.device, f"unit {unit.unit}, asked through {one.name}", unit.last_error)
        yield one.name, "   ".join(part for part in told if part), _unit(unit)


def _unit(unit: UnitStatus) -> Sequence[Cell]:
    mark, tone = _UNITS.get(unit.state, _ILL)
    none: Cell = ("", "")
    return (
        (mark, tone or "quiet"),
        (f"  {unit.device}", ""),
        (unit.state, tone),
        (duration(unit.since), "quiet"),
        *(none,) * 6,
        (unit.last_error, tone or "quiet"),
    )


class AlarmsTable(Grid):
    """All alarms, the important ones first."""

    columns = (
        Column(" ", 1),
        Column("priority", 8),
        Column("alarm", 14, grows=2),
        Column("state", 14),
        Column("for", 10, right=True),
        Column("text", 10, grows=4),
        Column("by", 10, need=100),
        Column("comment", 8, grows=2, need=100),
    )
    nothing = "no alarms are described in the site file"

    def __init__(self, clock: Callable[[], float] = time.time, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._alarms: Sequence[AlarmState] = ()
        self._clock = clock

    def show(self, alarms: Sequence[AlarmState]) -> None:
        """Show these; the cursor stays with its alarm."""
        name = self.current.alarm if self.current is not None else None
        self._alarms = sorted(alarms, key=lambda one: (one.silent, not one.active, one.state not in WAITING))
        place = next((at for at, one in enumerate(self._alarms) if one.alarm == name), None)
        self.renew()
        if place is not None and place != self.cursor:
            self.cursor = place

    @property
    def current(self) -> AlarmState | None:
        """The alarm under the cursor."""
        return self._alarms[self.cursor] if self.cursor < len(self._alarms) else None

    @property
    def detail(self) -> str:
        """All about the alarm under the cursor."""
        one = self.current
        if one is None:
            return ""
        who = one.shelved_by or one.acknowledged_by
        by = f"{alarm_word(one, self._clock())} by {who}" if who else ""
        return printable("   ".join(part for part in (one.alarm, one.text, by, one.comment) if part))

    def lines(self) -> int:
        return len(self._alarms)

    def cells(self, line: int) -> Sequence[Cell]:
        one = self._alarms[line]
        loud = (one.active or one.state in WAITING) and not one.silent
        tone = "" if not loud else "bad" if one.priority in ("critical", "high") else "uncertain"
        quiet = tone or "quiet"
        return (
            (_SHAPES.get(one.priority, "◆") if one.state != NORMAL else "○", quiet),
            (one.priority, quiet),
            (one.alarm, "strong" if loud else ""),
            (alarm_word(one, self._clock()), quiet),
            (duration(max(0.0, self._clock() - one.since)), "quiet"),
            (one.text if one.state != NORMAL else "", ""),
            (one.shelved_by or one.acknowledged_by, "quiet"),
            (one.comment, "quiet"),
        )


def alarm_word(one: AlarmState, now: float) -> str:
    """How an alarm stands, in a word or two."""
    if one.shelved_until is not None:
        return f"shelved {duration(max(0.0, one.shelved_until - now))}"
    return "suppressed" if one.suppressed else one.state
