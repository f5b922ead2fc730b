"""Delays between connection attempts."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.transport.backoff import Backoff


def test_delays_double_up_to_the_maximum() -> None:
    backoff = Backoff(1.0, 30.0, spread=lambda: 0.5)
    assert [backoff.failed() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_each_delay_is_spread_by_a_fifth_either_way() -> None:
    assert Backoff(1.0, 30.0, spread=lambda: 0.0).failed() == pytest.approx(0.8)
    assert Backoff(1.0, 30.0, spread=lambda: 1.0).failed() == pytest.approx(1.2)


def test_a_reset_begins_from_the_first_delay() -> None:
    backoff = Backoff(1.0, 30.0, spread=lambda: 0.5)
    backoff.failed()
    backoff.failed()
    backoff.reset()
    assert backoff.failed() == 1.0


def test_thousands_of_failures_do_not_overflow() -> None:
    backoff = Backoff(1.0, 30.0, spread=lambda: 0.5)
    assert [backoff.failed() for _ in range(5000)][-1] == 30.0


@pytest.mark.parametrize(("first", "maximum"), [(0, 30), (-1, 30), (5, 1)])
def test_a_delay_that_would_spin_is_refused_h124(first: float, maximum: float) -> None:
    with pytest.raises(UsageError, match="above 0"):
        Backoff(first, maximum)
