"""Deadlines of all the links on one event loop: each request has one, nearly none is ever reached.

Setting one and clearing it again is two steps in a dictionary of what is in flight now; a timer of its own, or a
place in an order, would cost more than the rest of a request's bookkeeping.
"""

from __future__ import annotations

import asyncio
from typing import Protocol
from weakref import WeakKeyDictionary, ref

from port502.transport.clock import clock_of

NEVER = float("inf")

PAUSE = 1 / 64
"""Seconds that lie between two rings at least: where many wait, one may be woken that much late."""


class Sleeper(Protocol):
    """Whoever wants to be woken."""

    def wake(self) -> None:
        """It is time."""


class Alarms:
    """Wakes sleepers, each at the earliest time that it set since it was last woken or cleared its alarm."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Nothing here may keep the loop alive, not even through a handle of its timer.
        self._loop = ref(loop)
        self._moments: dict[Sleeper, float] = {}
        self._rings_at = NEVER
        self._rang_at = -NEVER

    def set(self, sleeper: Sleeper, when: float) -> None:
        """Wake it at this time, unless it has an earlier one already."""
        if when < self._moments.get(sleeper, NEVER):
            self._moments[sleeper] = when
            if when < self._rings_at:
                self._arm(when)

    def clear(self, sleeper: Sleeper) -> None:
        """Do not wake it any more."""
        self._moments.pop(sleeper, None)

    def _arm(self, when: float) -> None:
        loop = self._loop()
        if loop is None:
            return
        when = max(when, self._rang_at + PAUSE)
        if when < self._rings_at:
            self._rings_at = when
            loop.call_at(when, self._ring, when)

    def _ring(self, when: float) -> None:
        loop = self._loop()
        if loop is None or when != self._rings_at:  # an earlier ring took its place
            return
        self._rings_at = NEVER
        self._rang_at = now = clock_of(loop)()
        due = [sleeper for sleeper, when in self._moments.items() if when <= now]
        due.sort(key=self._moments.__getitem__)
        try:
            for sleeper in due:
                if self._moments.get(sleeper, NEVER) <= now:  # else one woken before it has changed that
                    del self._moments[sleeper]
                    sleeper.wake()
        finally:
            if self._moments:
                self._arm(min(self._moments.values()))


_ALARMS: WeakKeyDictionary[asyncio.AbstractEventLoop, Alarms] = WeakKeyDictionary()


def alarms_of(loop: asyncio.AbstractEventLoop) -> Alarms:
    """The alarms that the links of an event loop share."""
    alarms = _ALARMS.get(loop)
    if alarms is None:
        alarms = _ALARMS[loop] = Alarms(loop)
    return alarms
