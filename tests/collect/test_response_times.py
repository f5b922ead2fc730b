from __future__ import annotations

import itertools
import random

import pytest

from port502.collect.response_times import EDGES, LATELY, SLICE, ResponseTimes, Spread


def counted(*seconds: float) -> ResponseTimes:
    times = ResponseTimes(0.0)
    for one in seconds:
        times.add(one)
    return times


def test_the_edges_are_about_an_eighth_apart_and_round() -> None:
    assert all(1.1 < longer / shorter < 1.15 for shorter, longer in itertools.pairwise(EDGES))
    assert (EDGES[0], EDGES[-1]) == (1e-5, 100.0)
    for round_one in (0.0001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.2, 1.0, 2.0, 10.0):
        assert round_one in EDGES


@pytest.mark.parametrize("seed", range(5))
def test_percentiles_are_right_to_within_a_seventh(seed: int) -> None:
    chance = random.Random(seed)
    values = sorted(chance.lognormvariate(-4, 1) for _ in range(5000))
    times = counted(*values)
    fractions = (0.5, 0.95, 0.99, 1.0)
    for fraction, found in zip(fractions, times.lately().percentiles(*fractions), strict=True):
        exact = values[round(fraction * len(values)) - 1]
        assert found is not None
        assert exact / 1.143 <= found <= exact * 1.143
    assert times.ever().total == times.total == pytest.approx(sum(values))


def test_without_any_there_is_nothing_to_say() -> None:
    none = counted().ever()
    assert none == Spread()
    assert (none.count, none.total, none.bars()) == (0, 0.0, ())
    assert none.percentiles(0.5, 0.99) == (None, None)
    assert none.at_most(0.001, 100.0) == (0, 0)


def test_a_limit_is_in_its_bucket() -> None:
    spread = counted(0.001, 0.0010001, 0.002, 5.0).ever()
    assert spread.at_most(0.001, 0.002, 2.0, 5.0) == (1, 3, 3, 4)


def test_what_lies_beyond_the_edges_is_counted() -> None:
    spread = counted(0.0, -1.0, 1e-9, 100.1, 5000.0).ever()
    assert spread.count == 5
    assert spread.at_most(EDGES[0], EDGES[-1]) == (3, 3)
    assert spread.percentiles(0.5, 1.0) == (EDGES[0], 1000.0)
    bars = spread.bars()
    assert (bars[0].least, bars[0].most, bars[0].count) == (0.0, 1e-5, 3)
    assert (bars[-1].least, bars[-1].most, bars[-1].count) == (100.0, 1000.0, 2)


def test_the_bars_have_no_holes_and_forget_nothing() -> None:
    values = (0.0011, 0.0011, 0.0102, 0.0013, 0.00125)
    bars = counted(*values).ever().bars()
    assert [bar.count for bar in bars if bar.count] == [3, 1, 1]
    assert all(one.most == other.least for one, other in itertools.pairwise(bars))
    for bar in bars:
        assert bar.count == sum(bar.least < value <= bar.most for value in values)
        assert 1.2 < bar.most / bar.least < 1.3


def test_lately_forgets_what_ever_keeps() -> None:
    times = ResponseTimes(0.0)
    now = 0.0
    added: list[tuple[float, float]] = []
    chance = random.Random(8)
    while now < 3 * LATELY:
        now += 5.0
        for _ in range(chance.choice((0, 0, 1, 40))):
            seconds = chance.lognormvariate(-5, 2)
            times.add(seconds)
            added.append((now, seconds))
        times.turn(now)
        surely = sum(1 for when, _ in added if when > now - LATELY)
        at_most = sum(1 for when, _ in added if when > now - LATELY - SLICE - 5.0)
        assert surely <= times.lately().count <= at_most
        assert times.ever().count == len(added)
    times.turn(now + LATELY)
    times.turn(now + 2 * LATELY + 5.0)
    assert times.lately() == Spread()
    assert times.ever().count == len(added)


def test_what_is_remembered_does_not_grow() -> None:
    times = ResponseTimes(0.0)
    for step in range(2000):
        times.add(0.01)
        times.turn(5.0 * step)
    assert len(times._slices) <= LATELY / SLICE + 1
