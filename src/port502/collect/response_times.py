"""How long a connection's replies took: lately and since the start, counted in a fixed set of buckets."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add, sub

SLICE = 15.0
"""Seconds that are counted together and forgotten together."""
LATELY = 300.0
"""Seconds that *lately* goes back; up to one slice more."""

_STEPS = (
    1.0,
    1.12,
    1.25,
    1.4,
    1.6,
    1.8,
    2.0,
    2.24,
    2.5,
    2.8,
    3.15,
    3.55,
    4.0,
    4.5,
    5.0,
    5.6,
    6.3,
    7.1,
    8.0,
    9.0,
)
"""The preferred numbers R20: each about an eighth more than the one before, 1, 2 and 5 among them."""
EDGES = (*(float(f"{step}e{decade}") for decade in range(-5, 2) for step in _STEPS), 100.0)
"""The upper edges of the buckets in seconds, from 10 µs to 100 s; one more bucket is for what took longer."""
_BUCKETS = len(EDGES) + 1
_BEYOND = 1000.0
"""Where the last bucket ends for those who draw it: nobody waits longer for a reply."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How many durations were longer than ``least`` and at most ``most`` seconds; a bar is a tenth of a decade wide."""

    least: float
    most: float
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How durations are spread: how many lie in each bucket, and their total in seconds."""

    counts: tuple[int, ...] = (0,) * _BUCKETS
    total: float = 0.0

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.counts)

    def percentiles(self, *fractions: float) -> tuple[float | None, ...]:
        """The durations that these fractions (0 to 1) did not exceed, to within a seventh; None without any."""
        passed = list(accumulate(self.counts))
        return tuple(_percentile(self.counts, passed, fraction) for fraction in fractions)

    def at_most(self, *limits: float) -> tuple[int, ...]:
        """How many did not exceed each limit in seconds, which is one of the ``EDGES``."""
        passed = list(accumulate(self.counts))
        return tuple(passed[bisect_left(EDGES, limit)] for limit in limits)

    def bars(self) -> tuple[Bar, ...]:
        """How they are spread, from the shortest to the longest without a break; empty without any."""
        pairs = [self.counts[0], *map(add, self.counts[1:-1:2], self.counts[2:-1:2]), self.counts[-1]]
        edges = (0.0, *EDGES[::2], _BEYOND)
        known = [place for place, count in enumerate(pairs) if count]
        if not known:
            return ()
        return tuple(
            Bar(edges[place], edges[place + 1], pairs[place]) for place in range(known[0], known[-1] + 1)
        )


def _percentile(counts: Sequence[int], passed: Sequence[int], fraction: float) -> float | None:
    if not passed[-1]:
        return None
    wanted = max(1, math.ceil(fraction * passed[-1]))
    place = bisect_left(passed, wanted)
    if place == len(EDGES):
        return _BEYOND
    least = EDGES[place - 1] if place else 0.0
    return EDGES[place] - (EDGES[place] - least) * (passed[place] - wanted) / counts[place]


class ResponseTimes:
    """Durations in seconds; counting one costs a search among the edges, remembering them some kilobytes for good.

    What is known of *lately* is kept in slices of ``SLICE`` seconds; somebody calls ``turn`` every few seconds.
    """

    __slots__ = ("_current", "_ever", "_lately", "_slices", "_turned", "total")

    def __init__(self, now: float) -> None:
        self.total = 0.0
        self._current = [0] * _BUCKETS
        self._lately = [0] * _BUCKETS
        self._ever = [0] * _BUCKETS
        self._slices: deque[tuple[float, int, tuple[int, ...]]] = deque()
        self._turned = now

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self._current[bisect_left(EDGES, seconds)] += 1
        self.total += seconds

    def turn(self, now: float) -> None:
        """It is this late, in monotonic seconds: what is too old is no longer *lately*."""
        if now - self._turned >= SLICE:
            self._turned = now
            self._close(now)
        while self._slices and self._slices[0][0] <= now - LATELY:
            _, first, counts = self._slices.popleft()
            until = first + len(counts)
            self._lately[first:until] = map(sub, self._lately[first:until], counts)

    def _close(self, now: float) -> None:
        known = [place for place, count in enumerate(self._current) if count]
        if not known:
            return
        self._ever = list(map(add, self._ever, self._current))
        self._lately = list(map(add, self._lately, self._current))
        self._slices.append((now, known[0], tuple(self._current[known[0] : known[-1] + 1])))
        self._current = [0] * _BUCKETS

    def lately(self) -> Spread:
        """Those of the last five minutes; without their total."""
        return Spread(tuple(map(add, self._lately, self._current)))

    def ever(self) -> Spread:
        """All of them."""
        return Spread(tuple(map(add, self._ever, self._current)), self.total)
