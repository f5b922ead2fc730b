"""The clock that belongs to an event loop, fine enough to measure response times with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


def clock_of(loop: asyncio.AbstractEventLoop) -> Callable[[], float]:
    """Monotonic seconds on the time base of ``loop.call_at``.

    uvloop's own clock stands still for as long as callbacks run and counts whole milliseconds; its base is the
    system's monotonic clock.
    """
    return time.monotonic if type(loop).__module__.partition(".")[0] == "uvloop" else loop.time
