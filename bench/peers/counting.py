"""How a client program counts: warm up, then count requests, seconds and its own CPU over one window."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int) -> float:
    """Seconds of CPU that another process has used, in steps of a tick."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


class Window:
    """The clock of one phase: call ``open`` before each batch of requests and ``add`` after it."""

    def __init__(self, seconds: float) -> None:
        self.requests = 0
        self._start = time.perf_counter()
        self._cpu = time.process_time()
        self._end = self._start + seconds

    def open(self) -> bool:
        """Whether there is time left for another batch."""
        return time.perf_counter() < self._end

    def add(self, requests: int) -> None:
        """Count finished requests."""
        self.requests += requests

    def report(self) -> str:
        """One line of JSON for the runner."""
        return json.dumps(
            {
                "requests": self.requests,
                "seconds": time.perf_counter() - self._start,
                "cpu": time.process_time() - self._cpu,
            }
        )


def count(seconds: float, work: Callable[[Window], None]) -> None:
    """Run blocking work through the warm-up and the counted window, and print the result."""
    work(Window(seconds / 5 + 0.05))
    window = Window(seconds)
    work(window)
    print(window.report())


async def count_async(seconds: float, work: Callable[[Window], Awaitable[None]]) -> None:
    """The same for coroutines."""
    await work(Window(seconds / 5 + 0.05))
    window = Window(seconds)
    await work(window)
    print(window.report())
