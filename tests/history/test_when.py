from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.history import format_time, parse_duration, parse_when
from port502.history.when import LATEST

NOW = 1_760_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("250ms", 0.25),
        ("10us", 1e-5),
        ("30s", 30),
        ("5m", 300),
        ("1.5h", 5400),
        ("1h30m", 5400),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("2y", 63_115_200),
        (" 5m ", 300),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 m", "5x", "5m!", "٥m", "nan", "9" * 400 + "y"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(UsageError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("now", NOW),
        ("5m", NOW - 300),
        ("100y", 0.0),
        ("2025-10-09T08:53:20Z", NOW),
        ("2025-10-09T08:53:20", NOW),
        ("2025-10-09T10:53:20+02:00", NOW),
        ("2025-10-09 08:53:20.125Z", NOW + 0.125),
        ("2025-10-09", NOW - 32_000),
    ],
)
def test_times(text: str, seconds: float) -> None:
    assert parse_when(text, NOW) == seconds


@pytest.mark.parametrize("text", ["", "yesterday", "2025-13-01", "25:00", "-5m", "2025-10-09T08:53:20Q"])
def test_what_is_no_time_is_refused_with_the_spellings(text: str) -> None:
    with pytest.raises(UsageError, match="RFC 3339"):
        parse_when(text, NOW)


def test_times_are_written_to_the_millisecond_or_where_needed_the_microsecond() -> None:
    assert format_time(NOW) == "2025-10-09T08:53:20.000Z"
    assert format_time(NOW + 0.25) == "2025-10-09T08:53:20.250Z"
    assert format_time(NOW + 0.000_125) == "2025-10-09T08:53:20.000125Z"
    assert format_time(LATEST) == "9999-12-31T23:59:59.000Z"


@given(st.integers(0, 4_102_444_800_000_000))
def test_a_written_time_reads_back_as_the_same_microsecond(microseconds: int) -> None:
    assert round(parse_when(format_time(microseconds / 1e6), NOW) * 1e6) == microseconds
