"""How a quantity is spread."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.spread import MOST_BUCKETS, Spread


def spread(*values: float) -> Spread:
    made = Spread()
    for value in values:
        made.add(value)
    return made


def test_nothing_is_zero() -> None:
    assert (spread().mean, spread().deviation, spread().quantile(0.5)) == (0, 0, 0)


@given(st.lists(st.floats(1, 10), min_size=1, max_size=200))
def test_mean_deviation_and_quantiles_are_those_of_the_numbers(values: list[float]) -> None:
    made = spread(*values)
    assert made.mean == pytest.approx(statistics.fmean(values), rel=1e-6)
    assert made.deviation == pytest.approx(statistics.pstdev(values), rel=1e-3, abs=1e-3 * max(values))
    ordered = sorted(values)
    for share in (0, 0.5, 0.95, 1):
        assert made.quantile(share) == pytest.approx(ordered[int(share * (len(ordered) - 1))], rel=0.021)
    assert (made.smallest, made.largest) == (ordered[0], ordered[-1])


def test_below_zero_counts_as_zero() -> None:
    assert spread(-5).largest == 0


def test_numbers_that_lie_far_apart_take_no_more_room_and_are_told_less_well() -> None:
    made = spread(*(10 ** (number / 100) for number in range(-600, 601)))
    assert len(made._buckets) <= MOST_BUCKETS
    assert made.quantile(0.5) == pytest.approx(1, rel=0.35)
    assert made.quantile(1) == pytest.approx(1e6, rel=0.35)
