"""An event loop whose time jumps to the next thing to do, so that hours of timers pass in milliseconds."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from typing import Any


class _Jump:
    """What the loop waits with: nothing ever arrives from outside, so waiting is moving the clock."""

    def __init__(self) -> None:
        self.now = 1000.0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everything waits and no timer is set: this would hang for ever")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio without sockets and without real time."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Jump()

    def time(self) -> float:
        return self._selector.now

    def run_for(self, seconds: float) -> None:
        """Let that much virtual time pass."""
        self.run_until_complete(asyncio.sleep(seconds))

    def _process_events(self, events: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


class ManualClock:
    """The same for code that blocks: timers run when somebody waits."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._timers: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0

    def time(self) -> float:
        return self._now

    def call_later(self, delay: float, call: Callable[..., None], *arguments: Any) -> None:
        self._count += 1
        heapq.heappush(self._timers, (self._now + delay, self._count, call, arguments))

    def sleep(self, seconds: float) -> None:
        self.wait(seconds, lambda: False)

    def wait(self, seconds: float, done: Callable[[], bool]) -> None:
        """Let time pass until it is done, at most so many seconds."""
        end = self._now + max(seconds, 0.0)
        while not done():
            if not self._timers or self._timers[0][0] > end:
                self._now = end
                return
            when, _, call, arguments = heapq.heappop(self._timers)
            self._now = max(self._now, when)
            call(*arguments)
