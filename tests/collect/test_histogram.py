from __future__ import annotations

import random

import pytest

from port502.collect.histogram import Histogram


def test_percentiles_are_right_to_within_an_eighth() -> None:
    random.seed(2)
    values = [random.lognormvariate(-4, 1) for _ in range(5000)]
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    values.sort()
    for fraction in (0.5, 0.95, 0.99):
        exact = values[int(fraction * len(values))]
        found = histogram.percentile(fraction)
        assert found is not None
        assert exact * 0.99 <= found <= exact * 1.14
    assert histogram.count == 5000
    assert histogram.longest == values[-1]
    assert histogram.total == pytest.approx(sum(values))


def test_an_empty_one_has_no_percentiles() -> None:
    assert Histogram().percentile(0.5) is None


def test_times_beyond_its_range_are_counted_at_its_ends() -> None:
    histogram = Histogram()
    for seconds in (0.0, -1.0, 1e-12, 1e9):
        histogram.add(seconds)
    assert histogram.count == 4
    assert histogram.percentile(0.75) == pytest.approx(0.5e-6, rel=0.2)
    last = histogram.percentile(1.0)
    assert last is not None
    assert last >= 128


def test_what_was_long_ago_weighs_less() -> None:
    histogram = Histogram()
    for _ in range(20_000):
        histogram.add(1.0)
    for _ in range(20_000):
        histogram.add(0.001)
    median = histogram.percentile(0.5)
    assert median is not None
    assert median < 0.002
    assert histogram.count == 40_000
