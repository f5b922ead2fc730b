from __future__ import annotations

from datetime import UTC, datetime

import pytest

from port502.errors import UsageError
from port502.guard.hours import Hours


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-03-02T06:59:59", False),
        ("2026-03-02T07:00:00", True),
        ("2026-03-06T16:59:59", True),
        ("2026-03-06T17:00:00", False),
        ("2026-03-07T12:00:00", False),
    ],
)
def test_working_hours(moment: str, holds: bool) -> None:
    assert Hours("Mon-Fri 07:00-17:00").hold(at(moment)) is holds


def test_hours_are_those_of_the_time_zone() -> None:
    oslo = Hours("07:00-17:00", "Europe/Oslo")
    assert oslo.hold(at("2026-01-15T06:30"))  # one hour ahead in winter
    assert not oslo.hold(at("2026-01-15T16:30"))
    assert oslo.hold(at("2026-07-15T05:30"))  # two in summer
    assert not oslo.hold(at("2026-07-15T15:30"))


def test_hours_past_midnight_belong_to_the_day_they_began_on() -> None:
    night = Hours("Fri 22:00-06:00")
    assert night.hold(at("2026-03-06T23:00"))
    assert night.hold(at("2026-03-07T05:59"))
    assert not night.hold(at("2026-03-06T05:00"))
    assert not night.hold(at("2026-03-07T23:00"))


def test_several_spans_and_lists_of_days() -> None:
    hours = Hours("Mon,Wed 08:00-09:00; Sat-Sun 10:00-24:00")
    assert hours.hold(at("2026-03-04T08:30"))
    assert not hours.hold(at("2026-03-03T08:30"))
    assert hours.hold(at("2026-03-08T23:59"))


def test_days_may_go_round_the_week() -> None:
    hours = Hours("Sat-Mon 00:00-24:00")
    assert [hours.hold(at(f"2026-03-0{day}T12:00")) for day in range(2, 9)] == [
        True,
        *[False] * 4,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "text", ["", "07:00", "Foo 07:00-17:00", "07:00-07:00", "25:00-26:00", "07:60-08:00", "Mon-Fri"]
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Hours(text)
