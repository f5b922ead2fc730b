import pytest

from port502.web.pages.words import (
    age_text,
    alarm_mark,
    counted,
    link_mark,
    listed,
    now_text,
    percent_text,
    quality_mark,
    unit_mark,
    value_text,
)
from port502.web.station import PointNow


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (12.3, "12 s"),
        (119, "119 s"),
        (130, "2 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
    ],
)
def test_ages(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "on"),
        (48.100000001, "48.1"),
        (123456.789, "123,457"),
        (1.5e9, "1,500,000,000"),
        (1234, "1234"),
        ("auto", "auto"),
        ((1, 2.5, None), "1, 2.5, -"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert value_text(value) == text  # type: ignore[arg-type]


def test_a_value_has_its_unit_and_a_missing_one_has_none() -> None:
    assert now_text(PointNow("a.b", 5, "good", "", 0.0, 0.0), "Hz") == "5 Hz"
    assert now_text(PointNow("a.b", None, "bad", "silent", 0.0, 0.0), "Hz") == "-"
    assert now_text(PointNow("a.b", None, "bad", "silent", 0.0, 9.0, known=0), "Hz") == "0 Hz"


def test_nothing_is_told_by_colour_alone() -> None:
    marks = [unit_mark(state) for state in ("online", "suspect", "offline", "not yet asked")]
    assert len({mark.shape for mark in marks}) == 4
    assert all(mark.word for mark in marks)
    assert unit_mark("online").classes == "p5-mark"
    assert link_mark("backing off").classes == "p5-mark is-critical"
    assert link_mark("something new").word == "something new"
    assert len({alarm_mark(priority).shape for priority in ("low", "medium", "high", "critical")}) == 4
    assert alarm_mark("high", quiet=True).tone == ""
    assert str(quality_mark("bad")) == "■ bad"


def test_counts_with_their_nouns() -> None:
    assert [counted(number, "read") for number in (0, 1, 1200)] == ["0 reads", "1 read", "1,200 reads"]


def test_of_many_names_the_first_are_told() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcde")) == "a, b, c, d, e"
    assert listed(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_parts_are_told_in_percent_with_a_space() -> None:
    assert [percent_text(part) for part in (0.0, 0.123, 1.0)] == ["0 %", "12 %", "100 %"]
