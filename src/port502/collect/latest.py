"""The newest sample of every point, and whether it is still fresh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from port502.collect.sample import GOOD, UNCERTAIN, Sample


class Source(Protocol):
    """Where the readings of some points come from: a block of registers, or an expression.

    ``read_at`` is the monotonic time of the last reading that succeeded.
    """

    read_at: float

    def raw(self, point: str) -> tuple[int, ...]:
        """The registers or bits of a point as they came last; empty when there are none."""


@dataclass(frozen=True, slots=True)
class Current:
    """What is known of a point now: its newest sample, the seconds since then, its registers as they came."""

    sample: Sample
    age: float
    registers: tuple[int, ...] = ()


class Latest:
    """Newest samples by point name (``DEVICE.POINT``), bounded by the points that were announced.

    A good value that is older than its point's stale limit is handed out as uncertain.
    """

    def __init__(self) -> None:
        self.samples: dict[str, Sample] = {}
        self._limits: dict[str, float] = {}
        self._sources: dict[str, Source] = {}
        self._watched: dict[Source, tuple[float, Sequence[str]]] = {}

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[str]:
        return iter(self.samples)

    def __contains__(self, point: object) -> bool:
        return point in self.samples

    def announce(self, limits: dict[str, float], time: float) -> None:
        """Make points known with their stale limits in seconds; new ones are *not yet read*."""
        for point, limit in limits.items():
            self._limits[point] = limit
            if point not in self.samples:
                self.samples[point] = Sample(point, time, None, UNCERTAIN, "not yet read")

    def place(self, source: Source, points: Sequence[str]) -> None:
        """Say where these points come from now."""
        for point in points:
            self._sources[point] = source
        if points:
            self._watched[source] = (min(self._limits[point] for point in points), points)

    def displace(self, source: Source) -> None:
        """A source is gone; what it gave stays, and grows old."""
        watched = self._watched.pop(source, None)
        for point in watched[1] if watched else ():
            if self._sources.get(point) is source:
                del self._sources[point]

    def forget(self, points: Iterable[str]) -> None:
        """Drop points that are not collected any more."""
        for point in points:
            self.samples.pop(point, None)
            self._limits.pop(point, None)
            self._sources.pop(point, None)

    def get(self, point: str, now: float, time: float) -> Current | None:
        """What is known of a point at monotonic ``now`` and Unix ``time``; None for a point nobody announced."""
        sample = self.samples.get(point)
        if sample is None:
            return None
        source = self._sources.get(point)
        age = max(0.0, time - sample.time)
        if source is None:
            return Current(sample, age)
        if sample.quality == GOOD:
            age = now - source.read_at
            if age > self._limits[point]:
                sample = _stale(sample, age)
        return Current(sample, max(0.0, age), source.raw(point))

    def sweep(self, now: float, time: float) -> list[Sample]:
        """Mark the values that have become stale since the last sweep, and return their samples."""
        found: list[Sample] = []
        for source, (limit, points) in self._watched.items():
            age = now - source.read_at
            if age <= limit:
                continue
            for point in points:
                sample = self.samples[point]
                if sample.quality == GOOD and age > self._limits[point]:
                    stale = _stale(sample, age)
                    stale.time = time
                    self.samples[point] = stale
                    found.append(stale)
        return found


def _stale(sample: Sample, age: float) -> Sample:
    return Sample(sample.point, sample.time, sample.value, UNCERTAIN, f"stale: last read {age:.1f} s ago")
