"""How a quantity is spread, in bounded memory: count, mean, deviation, extremes, quantiles.

Quantiles are good to 2 %; where the numbers lie very far apart to 4 %, 8 % and so on.
"""

from __future__ import annotations

import math
from typing import Final

MOST_BUCKETS: Final = 128
_PER_E: Final = 50.0
_SMALLEST: Final = 1e-9


class Spread:
    """Numbers of 0 and more, one after the other."""

    __slots__ = ("_buckets", "_mean", "_per_e", "_squares", "count", "largest", "smallest")

    def __init__(self) -> None:
        self.count = 0
        self.smallest = math.inf
        self.largest = 0.0
        self._mean = 0.0
        self._squares = 0.0
        self._per_e = _PER_E
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
        bucket = round(math.log(max(value, _SMALLEST)) * self._per_e)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        if len(self._buckets) > MOST_BUCKETS:
            self._widen()

    @property
    def mean(self) -> float:
        """The mean, 0 of nothing."""
        return self._mean

    @property
    def deviation(self) -> float:
        """The standard deviation."""
        return math.sqrt(self._squares / self.count) if self.count else 0.0

    def quantile(self, share: float) -> float:
        """The number below which that share (0-1) lies; 0 of nothing."""
        wanted = share * (self.count - 1)
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen > wanted:
                return min(max(math.exp(bucket / self._per_e), self.smallest), self.largest)
        return 0.0

    def _widen(self) -> None:
        """Buckets of twice the width."""
        self._per_e /= 2
        wide: dict[int, int] = {}
        for bucket, count in self._buckets.items():
            wide[round(bucket / 2)] = wide.get(round(bucket / 2), 0) + count
        self._buckets = wide
