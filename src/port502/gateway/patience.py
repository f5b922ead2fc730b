"""How long each unit of a wire may take, learned from what it took, and which units are not worth waiting for."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from enum import StrEnum

MEASURED = 256
"""So many replies are remembered of each unit ..."""
ENOUGH = 16
"""... and so many are needed before they count."""


class UnitState(StrEnum):
    """How a unit fares: ``suspect`` missed its last request, ``dead`` so many that it is only probed."""

    UNKNOWN = "not yet asked"
    ALIVE = "alive"
    SUSPECT = "suspect"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long units are waited for, in seconds on top of what the frames themselves take on the wire.

    Learned is ``factor`` times the 99th percentile, at least ``floor`` and at most ``maximum``, where each unit begins.
    After ``misses`` time-outs in a row a unit is dead: one probe after ``probe`` seconds, then after twice, three
    times, ... that, at most ``probe_max``; and probes of a wire take no more than ``share`` of its time.
    """

    maximum: float = 1.0
    floor: float = 0.05
    factor: float = 3.0
    misses: int = 3
    probe: float = 2.0
    probe_max: float = 60.0
    share: float = 0.04


class UnitTimes:
    """What is known about one unit of a wire; times are monotonic seconds given by the caller."""

    __slots__ = ("_next", "_taken", "longest", "misses", "patience", "probes", "retry_at", "state", "timeout")

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.reset()

    def reset(self) -> None:
        """Forget all: the unit begins at the maximum."""
        self._taken = array("f")
        self._next = 0
        self.longest = 0.0
        self.misses = 0
        self.probes = 0
        self.retry_at = 0.0
        self.state = UnitState.UNKNOWN
        self.timeout = self.patience.maximum

    @property
    def learned(self) -> bool:
        """Whether the time-out comes from what was measured."""
        return len(self._taken) >= ENOUGH

    @property
    def replies(self) -> int:
        """How many replies are remembered."""
        return len(self._taken)

    def allowed(self, neighbour: float | None) -> float:
        """How long to wait now: more after each miss; ``neighbour`` is the longest time-out learned on this wire.

        A unit that never answered is given the maximum once; then, as long as it only costs others time, twice what
        the slowest of its neighbours would get.
        """
        maximum = self.patience.maximum
        if not self.misses or (not self.learned and neighbour is None):
            return self.timeout
        if self.learned:
            return min(maximum, self.timeout * (1 << min(self.misses, 16)))
        return min(maximum, 2.0 * (neighbour or maximum) * (1 << min(self.probes, 16)))

    def may_ask(self, now: float) -> bool:
        """Whether a request may be spent on it now."""
        return self.state is not UnitState.DEAD or now >= self.retry_at

    def answered(self, seconds: float) -> None:
        """It replied after thinking for so long; an exception is a sign of life too."""
        self.state = UnitState.ALIVE
        self.misses = 0
        self.probes = 0
        seconds = max(seconds, 0.0)
        if len(self._taken) < MEASURED:
            self._taken.append(seconds)
        else:
            self._taken[self._next] = seconds
            self._next = (self._next + 1) % MEASURED
        self.longest = max(self.longest, seconds)
        if self.learned and (
            len(self._taken) < 2 * ENOUGH or self._next % ENOUGH == 0 or self._is_tight(seconds)
        ):
            self._learn()

    def missed(self, now: float) -> None:
        """It did not reply in time."""
        patience = self.patience
        if self.state is UnitState.DEAD:
            self.probes += 1
        self.misses += 1
        self.state = UnitState.DEAD if self.misses >= patience.misses else UnitState.SUSPECT
        self.retry_at = now + min(patience.probe * (self.probes + 1), patience.probe_max)

    def percentile(self, fraction: float) -> float | None:
        """The seconds that this fraction (0 to 1) of the remembered replies did not exceed; None without any."""
        known = sorted(self._taken)
        return known[math.ceil(fraction * len(known)) - 1] if known else None

    def _is_tight(self, seconds: float) -> bool:
        return seconds * self.patience.factor > self.timeout

    def _learn(self) -> None:
        typical = self.percentile(0.99)
        assert typical is not None
        patience = self.patience
        self.timeout = min(patience.maximum, max(patience.floor, patience.factor * typical))
