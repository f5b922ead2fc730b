"""Samples on their way to the sinks: kept as readings of whole blocks, made into samples where one is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TypeAlias, overload

from port502.collect.sample import Sample, Value

Reading: TypeAlias = "tuple[Sequence[str], float, Sequence[Value]]"
"""Good values of some points at one Unix time."""


class Batch(Sequence[Sample]):
    """Some samples, oldest first; it does not change once it has been handed over.

    Most samples are good values of a block that came in one reply. As such they are passed on, which costs next to
    nothing, and only who reads them makes objects of them, once, in its own time and thread.
    """

    __slots__ = ("_parts", "_samples", "size")

    def __init__(self) -> None:
        self._parts: list[Reading | list[Sample]] = []
        self._samples: list[Sample] | None = None
        self.size = 0

    def add_reading(self, points: Sequence[str], time: float, values: Sequence[Value]) -> None:
        """Add the good values of these points."""
        self._parts.append((points, time, values))
        self.size += len(points)

    def add_samples(self, samples: list[Sample]) -> None:
        """Add some samples; the list belongs to the batch from now on."""
        self._parts.append(samples)
        self.size += len(samples)

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._made())

    @overload
    def __getitem__(self, index: int) -> Sample: ...

    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...

    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        return self._made()[index]

    def _made(self) -> list[Sample]:
        samples = self._samples
        if samples is None:
            samples = []
            for part in self._parts:
                if isinstance(part, list):
                    samples += part
                else:
                    points, time, values = part
                    samples.extend(map(Sample, points, repeat(time), values))
            self._samples = samples
        return samples
