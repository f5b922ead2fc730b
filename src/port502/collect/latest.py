"""The newest sample of every point, and whether it is still fresh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from port502.collect.sample import GOOD, UNCERTAIN, Sample, Value


class Source(Protocol):
    """Where the readings of some points come from: a block of registers, or an expression.

    ``names`` are these points in order, ``read_at`` is the monotonic time of the last reading that succeeded.
    """

    read_at: float

    @property
    def names(self) -> Sequence[str]:
        """The points, in order."""

    def sample(self, place: int) -> Sample | None:
        """The newest sample of the point at this place; None before the first."""

    def replace(self, place: int, sample: Sample) -> None:
        """Make this the newest sample of the point at this place."""

    def raw(self, place: int) -> tuple[int, ...]:
        """The registers or bits of that point as they came last; empty when there are none."""

    def known(self, place: int) -> Value:
        """The value of that point in the last reading that succeeded; None when it had none."""


@dataclass(frozen=True, slots=True)
class Current:
    """What is known of a point now: its newest sample, the seconds since then, its registers as they came.

    Where the newest sample has no value, ``known`` is the last that was read, ``known_age`` seconds ago.
    """

    sample: Sample
    age: float
    registers: tuple[int, ...] = ()
    known: Value = None
    known_age: float = 0.0


class Latest(Mapping[str, Sample]):
    """Newest samples by point name (``DEVICE.POINT``), bounded by the points that were announced.

    Samples stay with their sources, which have less to do that way; here is only who has which. What has no source
    now is kept here.
    """

    def __init__(self) -> None:
        self._limits: dict[str, float] = {}
        self._kept: dict[str, Sample] = {}
        self._places: dict[str, tuple[Source, int]] = {}
        self._watched: dict[Source, float] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __getitem__(self, point: str) -> Sample:
        place = self._places.get(point)
        sample = place[0].sample(place[1]) if place is not None else None
        return sample if sample is not None else self._kept[point]

    def announce(self, limits: Mapping[str, float], time: float) -> None:
        """Make points known with their stale limits in seconds; new ones are *not yet read*."""
        for point, limit in limits.items():
            self._limits[point] = limit
            if point not in self._kept:
                self._kept[point] = Sample(point, time, None, UNCERTAIN, "not yet read")
        for source in self._watched:
            self._watched[source] = min(self._limits.get(name, limit) for name in source.names)

    def place(self, source: Source) -> None:
        """Say where the samples of its points come from now."""
        for place, point in enumerate(source.names):
            self._kept[point] = self[point]
            self._places[point] = (source, place)
        self._watched[source] = min(self._limits[point] for point in source.names)

    def displace(self, source: Source) -> None:
        """A source is gone; what it gave stays."""
        self._watched.pop(source, None)
        for place, point in enumerate(source.names):
            if self._places.get(point) == (source, place):
                self._kept[point] = self[point]
                del self._places[point]

    def forget(self, points: Iterable[str]) -> None:
        """Drop points that are not collected any more."""
        for point in points:
            self._limits.pop(point, None)
            self._kept.pop(point, None)
            self._places.pop(point, None)

    def put(self, sample: Sample) -> None:
        """A newer sample of a known point that its source did not make."""
        place = self._places.get(sample.point)
        if place is not None and place[0].sample(place[1]) is not None:
            place[0].replace(place[1], sample)
        elif sample.point in self._kept:
            self._kept[sample.point] = sample

    def current(self, point: str, now: float, time: float) -> Current | None:
        """What is known of a point at monotonic ``now`` and Unix ``time``; None for a point nobody announced.

        A good value that is older than its point's stale limit is handed out as uncertain.
        """
        if point not in self._kept:
            return None
        sample = self[point]
        age = max(0.0, time - sample.time)
        place = self._places.get(point)
        if place is None:
            return Current(sample, age)
        source = place[0]
        if sample.quality == GOOD:
            age = max(0.0, now - source.read_at)
            if age > self._limits[point]:
                sample = _stale(sample, age, sample.time)
        known = source.known(place[1]) if sample.value is None else None
        known_age = 0.0 if known is None else max(0.0, now - source.read_at)
        return Current(sample, age, source.raw(place[1]), known, known_age)

    def qualities(self, now: float) -> Counter[str]:
        """How many points have which quality at monotonic ``now``, without looking closer at any of them."""
        found: list[str] = []
        for point, kept in self._kept.items():
            place = self._places.get(point)
            sample = (place[0].sample(place[1]) if place is not None else None) or kept
            quality = sample.quality
            if quality == GOOD and place is not None and now - place[0].read_at > self._limits[point]:
                quality = UNCERTAIN
            found.append(quality)
        return Counter(found)

    def sweep(self, now: float, time: float) -> list[Sample]:
        """Mark the values that have become stale since the last sweep, and return their samples."""
        found: list[Sample] = []
        for source, limit in self._watched.items():
            age = now - source.read_at
            if age > limit:
                for place, point in enumerate(source.names):
                    sample = source.sample(place)
                    if sample is not None and sample.quality == GOOD and age > self._limits[point]:
                        stale = _stale(sample, age, time)
                        source.replace(place, stale)
                        found.append(stale)
        return found


def _stale(sample: Sample, age: float, time: float) -> Sample:
    return Sample(sample.point, time, sample.value, UNCERTAIN, f"stale: last read {age:.1f} s ago")
