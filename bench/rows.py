"""A row of the result: what was measured, what is demanded, and whether it is met."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MET, NEAR, MISSED, UNJUDGED, ABSENT = "met", "within 10 %", "missed", "reported", "not measured"
TOLERANCE = 0.10


@dataclass(frozen=True, slots=True)
class Row:
    """One demand. ``values`` are one per round; their median is judged against ``must`` (and ``aim``).

    ``unit`` is ``×`` for a ratio within the run; only ratios can fail a run.
    ``at_most`` turns the demand round (less is better). ``cpu`` is microseconds of CPU per unit of work,
    and ``by_cpu`` the same ratio taken of that: it holds where other work on the machine blurs rates.
    """

    group: str
    what: str
    values: Sequence[float]
    unit: str = "×"
    must: float | None = None
    aim: float | None = None
    at_most: bool = False
    cpu: float | None = None
    by_cpu: Sequence[float] = ()
    why_not: str = ""

    @property
    def value(self) -> float | None:
        """The median over the rounds."""
        return statistics.median(self.values) if self.values else None

    @property
    def verdict(self) -> str:
        """Met, within 10 % of the demand, missed; or reported only, or not measured."""
        value = self.value
        if value is None:
            return ABSENT
        if self.must is None:
            return UNJUDGED
        if self._reaches(value, self.must):
            return f"{MET} (aim)" if self.aim is not None and self._reaches(value, self.aim) else MET
        slack = 1 + TOLERANCE if self.at_most else 1 - TOLERANCE
        return NEAR if self._reaches(value, self.must * slack) else MISSED

    @property
    def fails(self) -> bool:
        """Whether a ratio misses its demand by more than the tolerance."""
        return self.unit == "×" and self.verdict == MISSED

    def _reaches(self, value: float, goal: float) -> bool:
        return value <= goal if self.at_most else value >= goal
