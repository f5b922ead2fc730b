"""Plain scalars by the core schema of YAML 1.2 (clause 10.3.2)."""

from __future__ import annotations

import pytest

from port502.site.scalars import WrittenInt, resolve, shown, written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("0x6B", 107),
        ("0o17", 15),
        ("00001", 1),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-2.5E-3", -0.0025),
        ("12:30:45", "12:30:45"),
        ("2001-12-14", "2001-12-14"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("tcp://192.168.1.10", "tcp://192.168.1.10"),
        ("٣", "٣"),
    ],
)
def test_the_core_schema(text: str, value: object) -> None:
    assert resolve(text) == value
    assert isinstance(resolve(text), type(value))


@pytest.mark.parametrize("text", ["1e400", "-1e999", ".inf", "-.inf", ".nan", "9" * 50])
def test_what_no_number_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        resolve(text)


def test_a_number_remembers_how_it_was_written_where_that_says_more() -> None:
    coil = resolve("00001")
    assert isinstance(coil, WrittenInt)
    assert coil == 1
    assert written(coil) == "00001"
    assert written(resolve("40001")) == "40001"
    assert written("text") == "text"


def test_values_are_shown_escaped_and_short() -> None:
    assert shown("a\x1b[31m") == r"'a\x1b[31m'"
    assert shown(5) == "5"
    assert shown(resolve("0x1F")) == "'0x1F'"
    long = shown("x" * 5000)
    assert len(long) < 100
    assert "5002 characters" in long
