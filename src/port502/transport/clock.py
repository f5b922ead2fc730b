"""The clock that belongs to an event loop, fine enough to measure response times with, and how a time is written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


def clock_of(loop: asyncio.AbstractEventLoop) -> Callable[[], float]:
    """Monotonic seconds on the time base of ``loop.call_at``.

    uvloop's own clock stands still for as long as callbacks run and counts whole milliseconds; its base is the
    system's monotonic clock.
    """
    return time.monotonic if type(loop).__module__.partition(".")[0] == "uvloop" else loop.time


def utc(seconds: float) -> str:
    """A moment in Unix seconds as RFC 3339 text in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
