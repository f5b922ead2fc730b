"""Times as people write them: ``5m``, ``2h30m``, ``now``, RFC 3339; always UTC inside."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from port502.errors import UsageError

LATEST = 253_402_300_799.0  # 9999-12-31T23:59:59Z: what RFC 3339 can still write
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "y": 31_557_600.0,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)(us|ms|[smhdwy])")
_DURATION = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)


def parse_duration(text: str) -> float:
    """Seconds in a duration such as ``250ms``, ``5m`` or ``1h30m``.

    Units are us, ms, s, m, h, d, w (7 days) and y (365.25 days). Raises UsageError for anything else.
    """
    word = text.strip()
    if not _DURATION.fullmatch(word):
        raise UsageError(
            f"{text!r} is no duration; write a number with a unit, such as 250ms, 30s, 5m, 2h or 7d"
        )
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(word))
    if not math.isfinite(seconds):
        raise UsageError(f"{text!r} is too long for a duration")
    return seconds


def parse_when(text: str, now: float) -> float:
    """Unix seconds of a point in time; ``now`` is the present in Unix seconds.

    Accepts ``now``, a duration (that long ago: ``5m``), and RFC 3339 with or without its time of day. A time
    without zone is UTC. Raises UsageError for anything else and for years that RFC 3339 cannot write.
    """
    word = text.strip()
    if word == "now":
        return now
    if _DURATION.fullmatch(word):
        return max(0.0, now - parse_duration(word))
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise UsageError(
            f"{text!r} is no time; write how long ago (5m, 2h, 7d), now, or RFC 3339 (2026-03-01T08:00:00Z)"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) / timedelta(seconds=1)


def format_time(seconds: float) -> str:
    """RFC 3339 in UTC of Unix seconds (0 to LATEST), to the millisecond or, where needed, the microsecond."""
    moment = _EPOCH + timedelta(microseconds=round(seconds * 1e6))
    fraction = moment.microsecond
    digits = f"{fraction // 1000:03d}" if fraction % 1000 == 0 else f"{fraction:06d}"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{digits}Z"
