"""One value on the screen, whatever it comes from: the newest, the last that was known, and those before it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from port502.cli.board import duration
from port502.cli.output import printable
from port502.cli.values import BAD, GOOD, Row
from port502.registers.text import format_value, short_text
from port502.registers.values import Value

REMEMBERED: Final = 600
"""Values of each point that a sparkline and a chart can look back on."""

MARKS: Final = {GOOD: "●", BAD: "■"}
UNCERTAIN_MARK: Final = "◆"
UNCERTAIN: Final = "uncertain"
NOT_READ: Final = "not read yet"
LONGEST_VALUE: Final = 200

Trace: TypeAlias = "deque[tuple[float, float | None]]"


@dataclass(slots=True, eq=False)
class Shown:
    """A line of the table of values.

    ``row`` is what came last; ``known`` is the last value that there was, which is shown struck through while the
    newest is bad. ``read_at`` is the Unix time of that value, 0 before the first. ``key`` tells lines apart.
    """

    key: str
    row: Row
    known: Value | None = None
    read_at: float = 0.0
    trace: Trace = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def take(self, row: Row, time: float, *, age: float = 0.0, again: bool = True) -> None:
        """A new reading at Unix ``time``, ``age`` seconds old; ``again`` says that it is one more for the trace."""
        self.row = row
        if row.value is not None:
            self.known = row.value
        if row.quality != BAD:
            self.read_at = time - age
        if again:
            self.trace.append((time, number(row.value) if row.quality != BAD else None))

    def remember(self, value: Value, time: float) -> None:
        """A value was known at Unix ``time``, before this line was there."""
        self.known, self.read_at = value, time

    def fail(self, reason: str, time: float) -> None:
        """There was no reading: the value that was known is kept, and is bad from now on."""
        self.take(replace(self.row, value=None, registers=(), quality=BAD, reason=reason), time)

    def grow_stale(self, now: float, limit: float) -> None:
        """A good value that is older than ``limit`` seconds is uncertain, until there is a newer one."""
        if self.row.quality == GOOD and self.read_at and now - self.read_at > limit:
            self.row = replace(self.row, quality=UNCERTAIN, reason="stale: a newer one is overdue")

    def begin_anew(self, row: Row) -> None:
        """It means something else from now on."""
        self.row, self.known, self.read_at = row, None, 0.0
        self.trace.clear()

    @property
    def is_bad(self) -> bool:
        """Whether the value is not to be believed."""
        return self.row.quality == BAD

    @property
    def name(self) -> str:
        """What it is called: the point, else the reference as it was asked for."""
        return printable(self.row.name or self.row.ref)

    @property
    def text(self) -> str:
        """The newest value, or the last that was known; never empty."""
        value = self.row.value if self.row.value is not None else self.known
        if value is None:
            return "?"
        text = printable(_short(value, self.row.type))
        return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."

    @property
    def mark(self) -> str:
        """A shape for the quality."""
        return MARKS.get(self.row.quality, UNCERTAIN_MARK)

    @property
    def worth(self) -> str:
        """The quality in words, with the reason."""
        if self.row.quality == GOOD:
            return GOOD
        reason = printable(self.row.reason)
        return f"{self.row.quality}: {reason}" if reason else self.row.quality

    def age(self, now: float) -> str:
        """How old the value is."""
        return duration(max(0.0, now - self.read_at)) if self.read_at else "-"

    def says(self, text: str) -> bool:
        """Whether it is what somebody looks for: a part of its name, reference, unit, or of what is wrong with it."""
        wanted = text.strip().lower()
        row = self.row
        place = f"{row.table}:{row.address}"
        words = (row.name, row.ref, place, row.unit_of_measure, row.reason, row.quality)
        return not wanted or any(wanted in one.lower() for one in words)


def number(value: object) -> float | None:
    """A value as a curve shows it; None for texts, several values, and what is not finite."""
    if not isinstance(value, bool | int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def numbers(trace: Iterable[tuple[float, float | None]]) -> list[float]:
    """The values of a trace that there are."""
    return [value for _, value in trace if value is not None]


def _short(value: Value, kind: str) -> str:
    if isinstance(value, float):
        return short_text(value)
    return format_value(value, kind)
