"""Times of packets."""

from __future__ import annotations

from port502.traffic.moment import clock_text, time_text

TIME = 1_700_000_000_123_456_789


def test_times_have_the_digits_that_the_capture_has() -> None:
    assert time_text(TIME) == "2023-11-14T22:13:20.123456789Z"
    assert time_text(TIME // 1000 * 1000) == "2023-11-14T22:13:20.123456Z"
    assert time_text(0) == "1970-01-01T00:00:00.000000Z"
    assert clock_text(TIME) == "22:13:20.123456"


def test_a_clock_beyond_all_years_does_no_harm() -> None:
    assert time_text(2**70).startswith("9999-12-31T")
    assert time_text(-5).startswith("1970-01-01T")
