"""Requests in a queue that become too old while they wait: they are taken out on time, not when their turn comes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Generic, TypeVar

from port502.gateway.queue import FairQueue

T = TypeVar("T")


class Aging(Generic[T]):
    """Takes what is too old out of a queue and hands it to ``late``; ``watch`` after each item that was put in."""

    def __init__(
        self,
        queue: FairQueue[T],
        loop: asyncio.AbstractEventLoop,
        time: Callable[[], float],
        late: Callable[[T], None],
    ) -> None:
        self._queue = queue
        self._loop = loop
        self._time = time
        self._late = late
        self._timer: asyncio.TimerHandle | None = None
        self._at = math.inf

    def watch(self, deadline: float) -> None:
        """An item with this deadline waits."""
        if deadline < self._at and len(self._queue):
            self._arm()

    def drop_late(self, now: float) -> None:
        """Take out what is too old now."""
        for item in self._queue.late(now):
            self._late(item)

    def stop(self) -> None:
        """Look at nothing any more."""
        self._at = math.inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self.stop()
        deadline = self._queue.first_deadline
        if deadline is not None:
            self._at = max(deadline, self._time())
            self._timer = self._loop.call_at(self._at, self._look)

    def _look(self) -> None:
        self._timer = None
        self.drop_late(self._time())
        self._arm()
