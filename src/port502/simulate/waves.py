"""Values that move for ever without anybody moving them: sums of sines, a function of time alone.

Their integral is known exactly, so that an energy is the integral of its power however seldom it is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, pi, sin

from port502.simulate.chance import chance

DAY = 86_400.0
EPOCH = 1_672_531_200.0
"""2023-01-01 00:00 UTC: when counters began, before their own past."""

FAST = (7.3, 31.0, 127.0, 613.0, 2903.0)
"""Periods in seconds that have nothing in common: a restless load."""

SLOW = (613.0, 2903.0, 11_000.0)
CALM = (41.0, 977.0, 7_919.0)


@dataclass(frozen=True, slots=True)
class Wave:
    """``mean`` and parts of (amplitude, angular speed, phase)."""

    mean: float
    parts: tuple[tuple[float, float, float], ...] = ()

    def at(self, time: float) -> float:
        """The value at a time in seconds."""
        value = self.mean
        for size, speed, phase in self.parts:
            value += size * sin(speed * time + phase)
        return value

    def integral(self, since: float, until: float) -> float:
        """The integral over time from one time to another, in value times seconds."""
        total = self.mean * (until - since)
        for size, speed, phase in self.parts:
            total += size / speed * (cos(speed * since + phase) - cos(speed * until + phase))
        return total

    def __mul__(self, factor: float) -> Wave:
        return Wave(
            self.mean * factor, tuple((size * factor, speed, phase) for size, speed, phase in self.parts)
        )

    def __add__(self, other: Wave) -> Wave:
        return Wave(self.mean + other.mean, self.parts + other.parts)


def restless(mean: float, swing: float, periods: Iterable[float], seed: object, *names: object) -> Wave:
    """A wave around a mean that never leaves mean ± swing, of these periods (s) with phases by chance."""
    dice = chance(seed, *names)
    lengths = list(periods)
    weights = [0.4 + dice.random() for _ in lengths]
    total = sum(weights) or 1.0
    return Wave(
        mean,
        tuple(
            (swing * weight / total, 2 * pi / (length * (0.9 + 0.2 * dice.random())), 2 * pi * dice.random())
            for weight, length in zip(weights, lengths, strict=True)
        ),
    )


def daily(mean: float, swing: float, peak: float) -> Wave:
    """A wave of one day, highest at the hour ``peak`` (UTC), with a second, smaller maximum between."""
    speed = 2 * pi / DAY
    turn = pi / 2 - speed * peak * 3600
    return Wave(
        mean,
        ((swing * 0.75, speed, turn), (swing * 0.25, 2 * speed, pi / 2 - 2 * speed * (peak - 1.5) * 3600)),
    )
