from __future__ import annotations

import itertools
import random

import pytest

from port502.collect.histogram import Histogram, Recent


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


def test_the_recent_ones_are_the_last_hundred_and_twenty_eight() -> None:
    recent = Recent()
    assert recent.percentiles(0.5, 0.99) == (None, None)
    assert recent.mean == 0.0
    recent.add(0.25)
    assert (len(recent), recent.mean) == (1, 0.25)
    assert recent.percentiles(0.01, 0.5, 1.0) == (0.25, 0.25, 0.25)
    for number in range(1, 301):
        recent.add(number)
    assert len(recent) == 128
    assert recent.percentiles(0.0078, 0.5, 1.0) == (173.0, 236.0, 300.0)


def test_the_spread_of_the_last_ones_has_no_holes_and_forgets_nothing() -> None:
    recent = Recent()
    assert recent.bars() == ()
    for seconds in (0.0011, 0.0011, 0.0102, 0.0):
        recent.add(seconds)
    bars = recent.bars()
    assert sum(bar.count for bar in bars) == 4
    assert bars[0].least <= 1e-7
    assert [bar.count for bar in bars if bar.count] == [1, 2, 1]
    assert all(one.most == other.least for one, other in itertools.pairwise(bars))
    (middle,) = [bar for bar in bars if bar.count == 2]
    assert middle.least <= 0.0011 < middle.most
    assert middle.most / middle.least == pytest.approx(10 ** (1 / 12))
