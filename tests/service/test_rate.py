from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.service.rate import TokenBucket


def test_a_second_of_requests_may_come_at_once_and_no_more() -> None:
    bucket = TokenBucket(5)
    assert [bucket.take(100.0) for _ in range(7)] == [True] * 5 + [False] * 2


def test_it_fills_with_time_and_never_above_its_burst() -> None:
    bucket = TokenBucket(10, burst=2)
    assert [bucket.take(0.0) for _ in range(3)] == [True, True, False]
    assert bucket.take(0.1)
    assert not bucket.take(0.15)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_the_wait_is_exactly_until_the_next_may_pass() -> None:
    bucket = TokenBucket(4, burst=1)
    assert bucket.wait(0.0) == 0
    assert bucket.take(0.0)
    assert bucket.wait(0.0) == pytest.approx(0.25)
    assert bucket.wait(0.1) == pytest.approx(0.15)
    assert bucket.take(0.25)


@given(st.floats(0.1, 1e5), st.floats(0, 1e6), st.integers(1, 20))
def test_whoever_waits_as_told_is_let_pass(rate: float, start: float, count: int) -> None:
    bucket = TokenBucket(rate, burst=1)
    now = start
    for _ in range(count):
        now += bucket.wait(now)
        now += 1e-6
        assert bucket.take(now)


def test_a_clock_that_stands_still_or_goes_back_gives_nothing() -> None:
    bucket = TokenBucket(1)
    assert bucket.take(10.0)
    assert not bucket.take(10.0)
    assert not bucket.take(5.0)
    assert not bucket.take(10.5)
    assert bucket.take(11.0)


def test_a_rate_below_one_per_second_still_lets_one_pass() -> None:
    bucket = TokenBucket(0.5)
    assert bucket.take(0.0)
    assert bucket.wait(0.0) == pytest.approx(2.0)


@pytest.mark.parametrize(("rate", "burst"), [(0, None), (-1, None), (1, 0), (float("nan"), None)])
def test_a_rate_that_lets_nothing_pass_is_refused(rate: float, burst: float | None) -> None:
    with pytest.raises(UsageError):
        TokenBucket(rate, burst)
