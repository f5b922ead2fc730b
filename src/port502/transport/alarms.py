"""One timer of the event loop for all the links that live on it.

Each request has a deadline, nearly none is ever reached: a timer of its own for each would cost more than the rest
of its bookkeeping.
"""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from typing import Protocol
from weakref import WeakKeyDictionary, ref

from port502.transport.clock import clock_of

NEVER = float("inf")


class Sleeper(Protocol):
    """Whoever wants to be woken; ``wake_at`` is when, NEVER for not at all."""

    wake_at: float

    def wake(self) -> None:
        """It is time."""


class Alarms:
    """Wakes sleepers; an entry whose sleeper has another time in mind by now is ignored."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # Nothing here may keep the loop alive, not even through a handle of its timer.
        self._loop = ref(loop)
        self._entries: list[tuple[float, int, Sleeper]] = []
        self._sequence = 0
        self._rings_at = NEVER

    def set(self, sleeper: Sleeper, when: float) -> None:
        """Wake it at this time, unless it has an earlier one already."""
        if when >= sleeper.wake_at:
            return
        sleeper.wake_at = when
        self._sequence += 1
        heappush(self._entries, (when, self._sequence, sleeper))
        if when < self._rings_at:
            self._arm(when)

    def _arm(self, when: float) -> None:
        loop = self._loop()
        if loop is not None:
            self._rings_at = when
            loop.call_at(when, self._ring)

    def _ring(self) -> None:
        loop = self._loop()
        if loop is None:
            return
        self._rings_at = NEVER
        entries = self._entries
        now = clock_of(loop)()
        try:
            while entries and (entries[0][0] <= now or entries[0][2].wake_at != entries[0][0]):
                when, _, sleeper = heappop(entries)
                if sleeper.wake_at == when:
                    sleeper.wake_at = NEVER
                    sleeper.wake()
        finally:
            if entries and entries[0][0] < self._rings_at:
                self._arm(entries[0][0])


_ALARMS: WeakKeyDictionary[asyncio.AbstractEventLoop, Alarms] = WeakKeyDictionary()


def alarms_of(loop: asyncio.AbstractEventLoop) -> Alarms:
    """The alarms that the links of an event loop share."""
    alarms = _ALARMS.get(loop)
    if alarms is None:
        alarms = _ALARMS[loop] = Alarms(loop)
    return alarms
