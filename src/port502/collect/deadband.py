"""Which samples are worth keeping: changes, turns of quality, and a sign of life each minute."""

from __future__ import annotations

from port502.collect.sample import Value

HEARTBEAT = 60.0
"""Seconds after which a value is kept although it did not change."""


class Deadband:
    """The filter of one point whose deadband is above 0.

    A point without a deadband has no filter: every reading of it is kept. Numbers change when they leave the
    last kept one by more than ``width``; anything else changes when it differs.
    """

    __slots__ = ("_kept_at", "_quality", "_reason", "_value", "width")

    def __init__(self, width: float) -> None:
        self.width = width
        self._value: Value = None
        self._quality = ""
        self._reason = ""
        self._kept_at = float("-inf")

    def keeps(self, value: Value, quality: str, reason: str, now: float) -> bool:
        """Whether this sample is to be kept, at monotonic ``now``; if so it becomes the one to compare with."""
        if (
            now - self._kept_at < HEARTBEAT
            and quality == self._quality
            and reason == self._reason
            and not _differs(value, self._value, self.width)
        ):
            return False
        self._value = value
        self._quality = quality
        self._reason = reason
        self._kept_at = now
        return True


def _differs(value: Value, kept: Value, width: float) -> bool:
    if isinstance(value, (int, float)) and isinstance(kept, (int, float)) and not isinstance(value, bool):
        return abs(value - kept) > width
    if isinstance(value, tuple) and isinstance(kept, tuple) and len(value) == len(kept):
        return any(_differs(mine, theirs, width) for mine, theirs in zip(value, kept, strict=True))
    return value != kept
