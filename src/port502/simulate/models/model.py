"""What a model is: readings at a time, and writes that change what comes next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Status:
    """A state: ``words`` that makers use for it, the best first, and the number it has where there are no labels."""

    words: tuple[str, ...]
    number: int = 0


Reading: TypeAlias = float | Status
Readings: TypeAlias = Mapping[str, Reading]
"""Readings by key, in the first unit of their dimension: V, A, W, Wh, Hz, s, Pa, degrees Celsius, ratios as 0 to 1.

A key is a quantity of the vocabulary, with what belongs to it: ``voltage@l1`` a phase, ``dc_voltage#2`` a number,
``active_energy~day`` what was counted today.
"""

MOST_STEPS = 2000


class Model(ABC):
    """The physics of one device; times are unix seconds and only go on."""

    @abstractmethod
    def at(self, time: float) -> Readings:
        """Everything there is to read at a time, all of it of that one moment."""

    def take(self, key: str, value: float | str, time: float) -> bool:
        """A client wrote a value: a number in base units, or a label. False if it means nothing here."""
        return False


class Evolving(Model):
    """A model with a past: it goes on in steps of at most ``longest_step`` seconds, when somebody looks.

    After a pause too long for that many steps, longer ones are taken.
    """

    longest_step = 60.0

    def __init__(self) -> None:
        self._until: float | None = None

    @abstractmethod
    def begin(self, time: float) -> None:
        """Set up the state at the time of the first look."""

    @abstractmethod
    def step(self, time: float, seconds: float) -> None:
        """Let the last so many seconds before ``time`` pass."""

    @abstractmethod
    def readings(self, time: float) -> Readings:
        """Everything there is to read now."""

    def at(self, time: float) -> Readings:
        """Go on until ``time`` and read; a clock that goes back is waited for."""
        self.advance(time)
        return self.readings(max(time, self._until or time))

    def advance(self, time: float) -> None:
        """Let time pass."""
        if self._until is None:
            self._until = time
            self.begin(time)
        passed = time - self._until
        if passed <= 0:
            return
        steps = min(MOST_STEPS, ceil(passed / self.longest_step))
        since, length = self._until, passed / steps
        for number in range(1, steps + 1):
            self.step(since + number * length, length)
        self._until = time


def approach(value: float, goal: float, most: float) -> float:
    """A value that has moved towards a goal by at most so much."""
    return min(goal, value + most) if goal > value else max(goal, value - most)
