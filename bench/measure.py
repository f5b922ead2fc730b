"""Rounds: every contestant once per round, in random order, so that drift of the machine hits all alike."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.errors import NotMeasured

if TYPE_CHECKING:
    from collections.abc import Callable


PATIENCE = 2
"""Failures after which a contestant is not tried again in this run."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure: ``rounds`` of ``seconds`` per contestant, with ``say`` for progress."""

    quick: bool
    rounds: int
    seconds: float
    say: Callable[[str], None]
    order: random.Random = field(default_factory=random.Random)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One contestant in one round; ``rate`` per second, ``cpu`` microseconds per unit of work, ``p99`` ms."""

    rate: float
    cpu: float
    p99: float | None = None
    extra: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """The medians of one contestant over all rounds of a run."""

    cell: str
    contestant: str
    rate: float
    cpu: float
    p99: float | None
    rounds: int


@dataclass(slots=True)
class Cell:
    """Contestants that do the same work and are compared with each other, and what they reached."""

    name: str
    contestants: dict[str, Callable[[], Measurement]]
    rounds: list[dict[str, Measurement]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    absent: dict[str, str] = field(default_factory=dict)

    def ratio(self, one: str, other: str) -> list[float]:
        """The rate of one over the rate of the other, round by round."""
        return [r[one].rate / r[other].rate for r in self.rounds if one in r and other in r]

    def cpu_ratio(self, one: str, other: str) -> list[float]:
        """The CPU per unit of work of one over that of the other, round by round."""
        return [r[one].cpu / r[other].cpu for r in self.rounds if one in r and other in r]

    def of(self, contestant: str) -> list[Measurement]:
        """All measurements of one contestant."""
        return [r[contestant] for r in self.rounds if contestant in r]

    def why_not(self, *contestants: str) -> str:
        """Why a comparison of these has no value; empty when it has one."""
        return "; ".join(f"{name}: {self.absent[name]}" for name in contestants if name in self.absent)

    def summaries(self) -> list[Summary]:
        """Medians for the table of everything that ran."""
        return [self._summary(name) for name in self.contestants if self.of(name)]

    def _summary(self, name: str) -> Summary:
        measured = self.of(name)
        latencies = [m.p99 for m in measured if m.p99 is not None]
        return Summary(
            self.name,
            name,
            statistics.median(m.rate for m in measured),
            statistics.median(m.cpu for m in measured),
            statistics.median(latencies) if latencies else None,
            len(measured),
        )


def run_rounds(cells: list[Cell], plan: Plan, rounds: int | None = None) -> None:
    """Fill the cells; a contestant that fails is named, and left out after the second time."""
    total = rounds or plan.rounds
    for number in range(1, total + 1):
        for cell in plan.order.sample(cells, len(cells)):
            names = [name for name in cell.contestants if name not in cell.absent]
            measured: dict[str, Measurement] = {}
            for name in plan.order.sample(names, len(names)):
                try:
                    measured[name] = cell.contestants[name]()
                except NotMeasured as reason:
                    plan.say(f"  {cell.name}, {name}: NOT MEASURED, {reason}")
                    cell.failures[name] += 1
                    if cell.failures[name] >= PATIENCE:
                        cell.absent[name] = str(reason)
            cell.rounds.append(measured)
            told = ", ".join(f"{name} {m.rate:,.0f}/s {m.cpu:.2f} µs" for name, m in measured.items())
            plan.say(f"  round {number}/{total}  {cell.name}: {told}")
