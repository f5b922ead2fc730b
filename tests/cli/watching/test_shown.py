"""One value on the screen: never blank, never better than it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from port502.cli.values import Row
from port502.cli.watching.shown import REMEMBERED, Shown, number, numbers

ROW = Row("holding:0", "holding", 0, "uint16", 42, (42,), "", name="pump.speed", unit_of_measure="Hz")


def test_a_bad_value_keeps_what_was_known_and_its_age() -> None:
    one = Shown("1", ROW)
    one.take(ROW, 100.0)
    assert (one.text, one.worth, one.age(103.2), one.is_bad) == ("42", "good", "3.2 s", False)
    one.fail("no answer", 110.0)
    assert (one.text, one.worth, one.age(110.0), one.is_bad) == ("42", "bad: no answer", "10 s", True)
    assert one.mark != Shown("2", ROW).mark
    assert list(one.trace) == [(100.0, 42.0), (110.0, None)]
    assert numbers(one.trace) == [42.0]


def test_what_was_never_known_is_a_question_mark() -> None:
    one = Shown("1", replace(ROW, value=None, quality="bad", reason="not read yet"))
    assert (one.text, one.age(5.0)) == ("?", "-")


def test_the_age_of_a_sample_counts() -> None:
    one = Shown("1", ROW)
    one.take(replace(ROW, quality="uncertain", reason="stale"), 100.0, age=7.0)
    assert one.age(100.0) == "7.0 s"
    assert (one.mark, one.worth) == ("◆", "uncertain: stale")


def test_another_meaning_forgets_the_past() -> None:
    one = Shown("1", ROW)
    one.take(ROW, 100.0)
    one.begin_anew(replace(ROW, value=None, quality="bad", reason="not read yet"))
    assert (one.text, len(one.trace)) == ("?", 0)


def test_the_past_is_bounded() -> None:
    one = Shown("1", ROW)
    for time in range(3 * REMEMBERED):
        one.take(ROW, time)
    assert len(one.trace) == REMEMBERED


def test_texts_of_devices_cannot_command_the_terminal() -> None:
    evil = replace(
        ROW, name="evil\x1b[31m", type="string[8]", value="a\x1b]0;b\x07", reason="\x1b[2J", quality="bad"
    )
    one = Shown("1", evil)
    assert all(text.isprintable() for text in (one.name, one.text, one.worth))


def test_long_texts_are_cut_and_numbers_short() -> None:
    assert Shown("1", replace(ROW, type="string[999]", value="x" * 1000)).text.endswith("...")
    assert Shown("1", replace(ROW, type="float64", value=1234.56789)).text == "1,234.57"
    assert Shown("1", replace(ROW, type="float64", value=1.23456789e9)).text == "1,234,567,890"


@pytest.mark.parametrize(
    ("text", "fits"),
    [("", True), ("SPEED", True), ("holding:0", True), ("hz", True), ("good", True), ("other", False)],
)
def test_what_is_typed_finds_it(text: str, fits: bool) -> None:
    assert Shown("1", ROW).says(text) is fits


def test_only_finite_numbers_make_a_curve() -> None:
    assert [number(one) for one in (True, 3, 2.5, "text", None, (1, 2), float("nan"), 10**400)] == [
        1.0,
        3.0,
        2.5,
        *[None] * 5,
    ]


def test_an_overdue_value_is_uncertain_until_there_is_a_newer_one() -> None:
    one = Shown("1", ROW)
    one.take(ROW, 100.0)
    one.grow_stale(102.0, 3.0)
    assert one.worth == "good"
    one.grow_stale(104.0, 3.0)
    assert (one.text, one.worth) == ("42", "uncertain: stale: a newer one is overdue")
    one.take(ROW, 105.0)
    assert one.worth == "good"
