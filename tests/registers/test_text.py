"""Values in text: what users type and what they are shown."""

from __future__ import annotations

import math
from struct import pack, unpack

import pytest

from port502.errors import UsageError
from port502.registers.meaning import Meaning
from port502.registers.point import Point
from port502.registers.reference import Table, parse_reference
from port502.registers.text import format_value, parse_value, short_text
from port502.registers.values import Value


def point(text: str) -> Point:
    return Point.from_reference(parse_reference(text))


@pytest.mark.parametrize(
    ("where", "text", "value"),
    [
        ("h:5", "42", 42),
        ("h:5", " 42 ", 42),
        ("h:5", "0x2A", 42),
        ("h:5", "0b101", 5),
        ("h:5", "010", 10),
        ("h:5/int16", "-7", -7),
        ("h:5", "23.5", 23.5),
        ("h:5/float32", "1e3", 1000.0),
        ("h:5/float32", "-.5", -0.5),
        ("h:5/float32", "21", 21),
        ("h:5/string[4]", " PUMP 7", " PUMP 7"),
        ("h:5/string[4]", "1,2", "1,2"),
        ("h:5/bits", "0b101", (True, False, True, *[False] * 13)),
        ("h:5/bits", "32768", (*[False] * 15, True)),
        ("c:5", "on", True),
        ("c:5", "False", False),
        ("c:5", "1", True),
        ("c:5*3", "1,0,on", (True, False, True)),
        ("h:5*3", "1, 2,0x3", (1, 2, 3)),
        ("h:5*2/bits", "1,0", (True, *[False] * 31)),
    ],
)
def test_what_a_text_means(where: str, text: str, value: Value) -> None:
    parsed = parse_value(text, point(where))
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("h:5", ""),
        ("h:5", "on"),
        ("h:5", "nan"),
        ("h:5/float32", "inf"),
        ("h:5", "1_000"),
        ("h:5", "٣"),
        ("h:5", "0x"),
        ("h:5", "1,2"),
        ("h:5", "9" * 5000),
        ("h:5", "1" * 20_000),
        ("h:5/float32", "9" * 50),
        ("h:5*2", "1"),
        ("h:5*2", "1,2,3"),
        ("h:5/bits", "65536"),
        ("h:5/bits", "-1"),
        ("h:5/bits", "1.5"),
        ("c:5", "2"),
        ("c:5", "yes"),
    ],
)
def test_h288_other_texts_are_refused_by_name(where: str, text: str) -> None:
    with pytest.raises(UsageError, match=where.split("*")[0].split("/")[0]) as caught:
        parse_value(text, point(where))
    assert len(str(caught.value)) < 200


def single(number: float) -> float:
    value: float = unpack(">f", pack(">f", number))[0]
    return value


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (single(231.7), "float32", "231.7"),
        (single(0.1), "float32", "0.1"),
        (single(16777217.0), "float32", "16777216.0"),
        (single(3.4028235e38), "float32", "3.4028235e+38"),
        (231.7, "float64", "231.7"),
        (1.0000000001, "float32", "1.0"),
        (1e300, "float32", "1e+300"),
        (math.nan, "float32", "nan"),
        (42, "uint16", "42"),
        ("PUMP 7", "string", "PUMP 7"),
        (True, "bool", "on"),
        (False, "", "off"),
        ((1, 2), "uint16", "1, 2"),
        ((), "uint32", "none"),
        ((single(0.1), single(0.2)), "float32", "0.1, 0.2"),
        ((True, *[False] * 15), "bits", "0000000000000001"),
        ((True, *[False] * 30, True), "bits", "0000000000000001, 1000000000000000"),
    ],
)
def test_what_people_are_shown(value: Value, kind: str, text: str) -> None:
    assert format_value(value, kind) == text


@pytest.mark.parametrize(
    ("meaning", "text", "value"),
    [
        (Meaning(enum=((0, "off"), (1, "on"))), " on ", "on"),
        (Meaning(enum=((0, "off"), (1, "on"))), "0x1", 1),
        (Meaning(flags=((0, "fan"), (1, "door open"))), "fan, door open", ("fan", "door open")),
        (Meaning(flags=((0, "fan"),)), "", ()),
        (Meaning(flags=((0, "fan"),)), "none", ()),
        (Meaning(flags=((0, "none"),)), "none", ("none",)),
        (Meaning(flags=((0, "fan"),)), "1", 1),
        (Meaning(epoch="unix"), "2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        (Meaning(nan=(65535,)), "42", 42),
    ],
)
def test_labels_and_times_are_taken_as_they_are(meaning: Meaning, text: str, value: object) -> None:
    assert parse_value(text, Point("p", Table.HOLDING, 0, meaning=meaning)) == value


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (48.100000001, "48.1"), (-123456.789, "-123,457"), (999_999.4, "999,999"),
        (999_999.7, "1,000,000"), (1_965_920.4, "1,965,920"), (-2.5e14, "-250,000,000,000,000"),
        (1e15, "1e+15"), (1e-7, "1e-07"), (float("inf"), "inf"), (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_a_number_on_a_screen(number: float, text: str) -> None:
    assert short_text(number) == text
