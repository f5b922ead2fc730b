"""What a running site says of itself through its control socket, for a screen and for JSON; no device is asked."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from port502.cli.values import Row
from port502.cli.watching.shown import Shown
from port502.collect.alarms import AlarmState
from port502.errors import Port502Error
from port502.history.when import format_time, parse_duration
from port502.site.control import Answer, AskAcknowledge, AskAlarms, AskCurrent, AskShelve, AskStatus, inquire
from port502.site.current import CurrentPoint
from port502.site.status import SiteStatus

FEW: Final = 1000
"""So many points are asked for each time; of more, those on the screen are, and all of them now and then."""

NOW_AND_THEN: Final = 10.0


class SiteFeed:
    """The points (names or globs; none: all), connections and alarms of the running site at ``control``."""

    def __init__(self, control: Path, points: Sequence[str] = ()) -> None:
        self.control = control
        self.fault = ""
        self.status: SiteStatus | None = None
        self.alarms: tuple[AlarmState, ...] = ()
        self.current: dict[str, CurrentPoint] = {}
        self.shown: dict[str, Shown] = {}
        self._wanted = tuple(points)
        self._all_at = 0.0

    async def look(self, in_sight: Collection[str] = ()) -> bool:
        """Ask for what is new, of many points for those in sight; whether the list of points has changed.

        Where the site does not answer, ``fault`` says so, and no value is good any more.
        """
        try:
            self.status = (await inquire(self.control, AskStatus())).status
            self.alarms = (await inquire(self.control, AskAlarms())).alarms or ()
            changed = await self._values(in_sight)
        except Port502Error as error:
            self.fault = str(error)
            self._all_at = 0.0
            now = time.time()
            for one in self.shown.values():
                one.fail("the site does not answer", now)
            return False
        self.fault = ""
        return changed

    async def acknowledge(self, alarm: str, comment: str) -> None:
        """Somebody has seen an alarm; raises UsageError where there is nothing to acknowledge."""
        await self._change(AskAcknowledge((alarm,), _who(), comment))

    async def shelve(self, alarm: str, seconds: float | None, comment: str) -> None:
        """Keep an alarm silent for so many seconds; None lets it be heard again."""
        until = None if seconds is None else time.time() + seconds
        await self._change(AskShelve(alarm, until, _who(), comment))

    async def _change(self, question: AskAcknowledge | AskShelve) -> None:
        self.alarms = (await inquire(self.control, question)).alarms or ()

    async def _values(self, in_sight: Collection[str]) -> bool:
        now = time.monotonic()
        if len(self.current) > FEW and now - self._all_at < NOW_AND_THEN:
            if in_sight:
                self._take((await inquire(self.control, AskCurrent(tuple(in_sight)))).current or ())
            return False
        self._all_at = now
        found: dict[str, CurrentPoint] = {}
        after = ""
        while some := (await self._page(after)).current:
            found |= {one.name: one for one in some}
            after = some[-1].name
        changed = found.keys() != self.current.keys()
        if changed:
            self.current = {name: one for name, one in self.current.items() if name in found}
            self.shown = {name: one for name, one in self.shown.items() if name in found}
        self._take(found.values())
        return changed

    async def _page(self, after: str) -> Answer:
        return await inquire(self.control, AskCurrent(self._wanted, after))

    def _take(self, points: Collection[CurrentPoint]) -> None:
        now = time.time()
        for point in points:
            self.current[point.name] = point
            row = row_of(point)
            shown = self.shown.get(point.name)
            if shown is None:
                shown = self.shown[point.name] = Shown(point.name, row)
            if row.value is None and point.known is not None:
                shown.remember(point.known, now - point.age)
            shown.take(row, now, age=point.age)


def row_of(point: CurrentPoint) -> Row:
    """A point as a value of the command line."""
    table, _, address = point.ref.partition(":")
    return Row(
        ref=point.ref,
        name=point.name,
        table=table,
        address=int(address or 0),
        type=point.type,
        value=point.value,
        registers=point.registers,
        time=format_time(point.time) if point.time else "",
        unit_of_measure=point.unit_of_measure,
        quality=point.quality,
        reason=point.reason,
    )


def _who() -> str:
    """Who sits at the terminal; a user without a name, as in some containers, is a number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def shelf_in(text: str) -> tuple[float, str]:
    """How long, in seconds, and the comment behind it; raises UsageError for what is no duration."""
    first, _, comment = text.strip().partition(" ")
    return parse_duration(first), comment.strip()
