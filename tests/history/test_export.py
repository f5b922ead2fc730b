from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.collect.sample import Sample, Value
from port502.history.export import export_csv, safe_text


def written(*samples: Sample) -> str:
    stream = io.StringIO(newline="")
    assert export_csv(stream, samples) == len(samples)
    return stream.getvalue()


def test_header_times_and_fields() -> None:
    text = written(Sample("pump.speed", 1_760_000_000.5, 12.25), Sample("pump.run", 1_760_000_001, True))
    assert text == (
        "time,point,value,quality,reason\r\n"
        "2025-10-09T08:53:20.500Z,pump.speed,12.25,good,\r\n"
        "2025-10-09T08:53:21.000Z,pump.run,true,good,\r\n"
    )


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, ""),
        (-5, "-5"),
        (False, "false"),
        (0.1 + 0.2, "0.30000000000000004"),
        ((1 << 64) - 1, "18446744073709551615"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        ((1, "a"), '[1, "a"]'),
        ("plain, text", "plain, text"),
    ],
)
def test_values(value: Value, field: str) -> None:
    assert list(csv.reader(io.StringIO(written(Sample("a", 0.0, value)))))[1][2] == field


def test_h280_formulas_and_escape_sequences_are_only_text() -> None:
    hostile = ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x1b[31mred", "two\nlines", "<b>"]
    for text in hostile:
        row = list(csv.reader(io.StringIO(written(Sample(text, 0.0, text, "bad", text)))))[1]
        for field in (row[1], row[2], row[4]):
            assert field[0] not in "=+-@\t\r"
            assert field.isprintable()


@given(st.text(st.characters(exclude_categories=())))
def test_safe_text_is_printable_and_never_starts_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert safe.isprintable()
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
