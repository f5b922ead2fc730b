"""Jitter in a fixed amount of memory."""

from __future__ import annotations

from array import array
from math import frexp

_BINS_PER_OCTAVE = 8
_LOWEST = -20
"""Exponent of the smallest octave: 2**-21 to 2**-20 s, about a microsecond."""
_OCTAVES = 28
_BINS = _OCTAVES * _BINS_PER_OCTAVE
_FRESH = 8192
"""Readings after which the older half weighs half: percentiles speak of lately, not of ever."""


class Histogram:
    """Durations from half a microsecond to 128 s, each kept to within an eighth of its size."""

    __slots__ = ("_bins", "_weight", "count", "longest", "total")

    def __init__(self) -> None:
        self._bins = array("H", bytes(2 * _BINS))
        self._weight = 0
        self.count = 0
        self.total = 0.0
        self.longest = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        mantissa, exponent = frexp(seconds)
        place = (exponent - _LOWEST) * _BINS_PER_OCTAVE + int(mantissa * 16.0) - 8
        self._bins[0 if place < 0 or seconds <= 0.0 else min(place, _BINS - 1)] += 1
        self.count += 1
        self.total += seconds
        if seconds > self.longest:
            self.longest = seconds
        self._weight += 1
        if self._weight >= _FRESH:
            self._age()

    def _age(self) -> None:
        self._bins = array("H", [count >> 1 for count in self._bins])
        self._weight = sum(self._bins)

    def percentile(self, fraction: float) -> float | None:
        """The duration that this fraction (0 to 1) of the readings did not exceed; None without readings."""
        wanted = fraction * self._weight
        passed = 0
        for place, count in enumerate(self._bins):
            passed += count
            if count and passed >= wanted:
                octave, part = divmod(place, _BINS_PER_OCTAVE)
                upper: float = 2.0 ** (octave + _LOWEST - 1) * (1.0 + (part + 1) / _BINS_PER_OCTAVE)
                return min(upper, self.longest)
        return None
