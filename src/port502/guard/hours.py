"""When a rule holds: ``Mon-Fri 07:00-17:00`` in the time zone of a site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from port502.errors import UsageError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_DAY = 24 * 60

_SPAN = re.compile(
    r"(?:(?P<days>[A-Za-z]{3}(?:[-,][A-Za-z]{3})*)\s+)?(?P<from>\d\d:\d\d)\s*-\s*(?P<to>\d\d:\d\d)"
)


class Span(NamedTuple):
    """Minutes of the day from ``begin`` up to before ``end``, on days (0 is Monday); past midnight when end is less."""

    days: frozenset[int]
    begin: int
    end: int

    def holds(self, day: int, minute: int) -> bool:
        """Whether it holds at that minute of that day; what began before midnight belongs to the day before."""
        if self.begin < self.end:
            return day in self.days and self.begin <= minute < self.end
        return (day in self.days and minute >= self.begin) or (
            (day - 1) % 7 in self.days and minute < self.end
        )


@dataclass(frozen=True)
class Hours:
    """Hours of a week in a time zone; ``text`` is what the policy says. Raises UsageError for what is none."""

    text: str
    timezone: str = "UTC"
    spans: tuple[Span, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(_span(one) for one in self.text.split(";")))
        object.__setattr__(self, "_zone", ZoneInfo(self.timezone))
        object.__setattr__(self, "_last", (-1, False))

    def hold(self, wall: float) -> bool:
        """Whether they hold at a moment, given in seconds of UTC since 1970."""
        minute = int(wall // 60)
        last: tuple[int, bool] = self.__dict__["_last"]
        if last[0] != minute:  # whatever the zone does, it does it at the full minute
            local = datetime.fromtimestamp(wall, self.__dict__["_zone"])
            of_day = local.hour * 60 + local.minute
            last = (minute, any(span.holds(local.weekday(), of_day) for span in self.spans))
            object.__setattr__(self, "_last", last)
        return last[1]


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{text.strip()[:60]!r} are no hours: write Mon-Fri 07:00-17:00, several with ; between"
        )
    begin, end = _minute(match["from"]), _minute(match["to"])
    if begin == end:
        raise UsageError(f"{text.strip()!r} lasts no time; the whole day is 00:00-24:00")
    return Span(_days(match["days"]), begin, end)


def _minute(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if hour * 60 + minute > MINUTES_OF_DAY or minute > 59:
        raise UsageError(f"{text} is no time of day")
    return hour * 60 + minute


def _days(text: str | None) -> frozenset[int]:
    if text is None:
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        begin, end = _day(first), _day(last or first)
        days |= {(begin + offset) % 7 for offset in range((end - begin) % 7 + 1)}
    return frozenset(days)


def _day(text: str) -> int:
    if text not in DAYS:
        raise UsageError(f"{text!r} is no day: write Mon, Tue, Wed, Thu, Fri, Sat or Sun")
    return DAYS.index(text)
