"""What time it is, and a call when it is later: the collector's only view of both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from port502.transport.clock import clock_of


class Timer(Protocol):
    """A call that was asked for."""

    def cancel(self) -> None:
        """Not wanted any more."""


class Clock(Protocol):
    """Monotonic seconds for everything that is measured, Unix seconds for everything that is kept."""

    def time(self) -> float:
        """Monotonic seconds."""

    def wall(self) -> float:
        """Unix seconds, UTC."""

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at a monotonic time, or soon after it."""


class LoopClock:
    """The clock of the running event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.time = clock_of(self._loop)
        self.wall = time.time

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at a time of the loop's clock."""
        return self._loop.call_at(when, callback)
