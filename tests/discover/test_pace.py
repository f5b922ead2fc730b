"""A rate, kept to evenly."""

from __future__ import annotations

import pytest

from port502.discover.pace import Pace


def test_turns_come_at_the_rate() -> None:
    pace = Pace(10)
    assert [round(pace.turn(100.0), 3) for _ in range(4)] == [0.0, 0.1, 0.2, 0.3]


def test_time_that_passed_is_not_caught_up_with_a_burst() -> None:
    pace = Pace(10)
    pace.turn(0.0)
    assert pace.turn(100.0) == 0.0
    assert pace.turn(100.0) == pytest.approx(0.1)


def test_without_a_rate_there_is_no_waiting() -> None:
    pace = Pace(None)
    assert [pace.turn(5.0) for _ in range(3)] == [0.0, 0.0, 0.0]
