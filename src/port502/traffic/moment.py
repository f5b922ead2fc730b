"""Times of packets as people and programs read them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_NANOSECONDS: Final = 1_000_000_000
_LATEST: Final = 253_402_300_799


def time_text(time: int) -> str:
    """RFC 3339 in UTC of nanoseconds since 1970: six digits, or nine where the capture has them."""
    seconds, part = divmod(time, _NANOSECONDS)
    digits = f"{part:09d}" if part % 1000 else f"{part // 1000:06d}"
    return f"{_second(seconds)}.{digits}Z"


def clock_text(time: int) -> str:
    """The time of day in UTC, to the microsecond."""
    return f"{_second(time // _NANOSECONDS)[11:]}.{time % _NANOSECONDS // 1000:06d}"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    """A clock that stood beyond the year 9999 is shown at its end."""
    moment = datetime.fromtimestamp(max(0, min(seconds, _LATEST)), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}"
