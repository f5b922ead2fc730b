"""A rate that everybody together keeps to: turns, handed out evenly. Time is an argument."""

from __future__ import annotations


class Pace:
    """At most ``rate`` turns per second (None: as many as are wanted), without bursts."""

    __slots__ = ("_next", "_step")

    def __init__(self, rate: float | None) -> None:
        self._step = 1 / rate if rate else 0.0
        self._next = 0.0

    def turn(self, now: float) -> float:
        """Take the next turn; the seconds from ``now`` until it comes."""
        due = max(self._next, now)
        self._next = due + self._step
        return due - now
