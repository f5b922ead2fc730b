"""How a quantity is spread, in bounded memory: count, mean, deviation, extremes, and quantiles to 2 %."""

from __future__ import annotations

import math
from typing import Final

_PER_E: Final = 50
_SMALLEST: Final = 1e-9


class Spread:
    """Numbers of 0 and more, one after the other."""

    __slots__ = ("_buckets", "_mean", "_squares", "count", "largest", "smallest")

    def __init__(self) -> None:
        self.count = 0
        self.smallest = math.inf
        self.largest = 0.0
        self._mean = 0.0
        self._squares = 0.0
        self._buckets: dict[int, int] = {}

    def add(self, value: float) -> None:
        """One more number; below 0 counts as 0."""
        value = max(value, 0.0)
        self.count += 1
        self.smallest = min(self.smallest, value)
        self.largest = max(self.largest, value)
        step = value - self._mean
        self._mean += step / self.count
        self._squares += step * (value - self._mean)
        bucket = round(math.log(max(value, _SMALLEST)) * _PER_E)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1

    @property
    def mean(self) -> float:
        """The mean, 0 of nothing."""
        return self._mean

    @property
    def deviation(self) -> float:
        """The standard deviation."""
        return math.sqrt(self._squares / self.count) if self.count else 0.0

    def quantile(self, share: float) -> float:
        """The number below which that share (0-1) lies, to 2 %; 0 of nothing."""
        wanted = share * (self.count - 1)
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen > wanted:
                return min(max(math.exp(bucket / _PER_E), self.smallest), self.largest)
        return 0.0
