"""Samples summed up in equal steps of time, as a trend wants them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from port502.collect.sample import BAD, GOOD, UNCERTAIN, Sample, Value


@dataclass(slots=True)
class Bucket:
    """One point in one step: ``time`` is the start of the step in Unix seconds, ``count`` the samples in it.

    ``faults`` counts samples that are not good. ``minimum``, ``maximum`` and ``mean`` are over the numbers
    that are not bad (NaN left out; booleans are no numbers) and None where there are none; ``last`` is the
    last value that is not bad.
    """

    point: str
    time: float
    count: int = 0
    faults: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    last: Value = None
    usable: int = 0
    reason: str = ""
    _total: float = field(default=0.0, repr=False)
    _numbers: int = field(default=0, repr=False)

    @property
    def quality(self) -> str:
        """Good when every sample is, bad when none has a usable value, uncertain in between."""
        if not self.faults:
            return GOOD
        return UNCERTAIN if self.usable else BAD

    def add(self, sample: Sample) -> None:
        """Takes one more sample of this point and step."""
        self.count += 1
        if sample.quality != GOOD:
            self.faults += 1
            self.reason = sample.reason or self.reason
        value = sample.value
        if sample.quality == BAD or value is None:
            return
        self.usable += 1
        self.last = value
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            return
        self._numbers += 1
        self._total += value
        self.minimum = value if self.minimum is None else min(self.minimum, value)
        self.maximum = value if self.maximum is None else max(self.maximum, value)
        # A sum is rounded; its mean must not lie outside of what it is the mean of.
        self.mean = min(max(self._total / self._numbers, self.minimum), self.maximum)

    def sample(self) -> Sample:
        """The bucket as one sample: mean of numbers, last of anything else; the reason counts the faults."""
        value = self.last if self.mean is None else self.mean
        if not self.faults:
            return Sample(self.point, self.time, value)
        reason = f"{self.faults} of {self.count} samples not good"
        if self.reason:
            reason += f", last: {self.reason}"
        return Sample(self.point, self.time, value, self.quality, reason)


def buckets_of(samples: Iterable[Sample], every: float) -> Iterator[Bucket]:
    """Sums up samples that come in order of time in steps of ``every`` seconds, aligned to the Unix epoch.

    Steps without samples yield nothing. Buckets come in order of time, within one step by name.
    """
    width = round(every * 1e6)
    step: int | None = None
    open_buckets: dict[str, Bucket] = {}
    for sample in samples:
        this = round(sample.time * 1e6) // width
        if this != step:
            yield from _by_name(open_buckets)
            open_buckets, step = {}, this
        bucket = open_buckets.get(sample.point)
        if bucket is None:
            bucket = open_buckets[sample.point] = Bucket(sample.point, this * width / 1e6)
        bucket.add(sample)
    yield from _by_name(open_buckets)


def _by_name(buckets: dict[str, Bucket]) -> list[Bucket]:
    return [buckets[name] for name in sorted(buckets)]
