"""One value of one point at one time, good or not."""

from __future__ import annotations

from typing import TypeAlias

Value: TypeAlias = "bool | int | float | str | tuple[bool | int | float | str, ...] | None"

GOOD = "good"
UNCERTAIN = "uncertain"
BAD = "bad"


class Sample:
    """One reading: ``point`` is ``DEVICE.POINT``, ``time`` Unix seconds (UTC), ``quality`` good, uncertain or bad.

    ``value`` is in engineering units, None where nothing is known; ``reason`` says in words why the quality is
    not good and is empty otherwise. A failed poll is a sample too, so nobody downstream ever sees a guess.
    """

    __slots__ = ("point", "quality", "reason", "time", "value")

    def __init__(self, point: str, time: float, value: Value, quality: str = GOOD, reason: str = "") -> None:
        self.point = point
        self.time = time
        self.value = value
        self.quality = quality
        self.reason = reason

    def __repr__(self) -> str:
        return f"Sample({self.point!r}, {self.time!r}, {self.value!r}, {self.quality!r}, {self.reason!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sample):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]
