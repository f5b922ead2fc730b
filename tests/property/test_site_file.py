"""Site files of any shape: they are understood or refused with places, and what is understood is what was written."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from port502.collect.expression import Expression, NoValueError
from port502.collect.scanner import InvalidExpressionError
from port502.site.build import understand_site
from port502.site.device_file import understand_device
from port502.site.document import Document
from port502.site.durations import duration_text, parse_duration
from port502.site.faults import ERROR

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)

KEYS = [
    "site",
    "connections",
    "devices",
    "points",
    "a",
    "ref",
    "url",
    "40001",
    "tcp://a",
    "5s",
    "1",
    "no",
    "~",
]
MARKS = [
    ": ",
    ":\n",
    "\n",
    " ",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    '"',
    "'",
    "#",
    "&a ",
    "*a",
    "!",
    "|\n",
    "? ",
]
ODDITIES = [
    "\t",
    "\x07",
    "\u2028",
    "é",
    "<<: ",
    "0x1F",
    "1e999",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "!secret a",
    "${A}",
]
PIECES = st.sampled_from([*KEYS, *MARKS, *ODDITIES])


def document(text: str) -> Document:
    return Document(Path("site.yaml"), text, {"A": "5"})


def refused_or_understood(text: str) -> None:
    """Nothing but faults with places inside the text come out, for either kind of file."""
    lines = text.count("\n") + len(text) - len(text.replace("\u2028", "")) + text.count("\x85") + 2
    for understand in (understand_site, understand_device):
        understood, faults = understand(document(text))
        errors = [fault for fault in faults if fault.severity == ERROR]
        assert (understood is None) == bool(errors)
        for fault in faults:
            assert fault.line <= lines
            assert fault.message
            assert str(fault).isprintable() or "\n" not in str(fault)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_pieces_of_yaml_in_any_order(text: str) -> None:
    refused_or_understood(text)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    refused_or_understood(text)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=10),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def as_yaml(value: Any) -> str:
    """Values as YAML in flow style, which is all that JSON can say."""
    return json.dumps(value)


@given(
    st.dictionaries(
        st.sampled_from(["site", "timezone", "defaults", "connections", "history"]), VALUES, max_size=4
    ),
    st.dictionaries(
        NAMES,
        st.dictionaries(st.sampled_from(["connection", "unit", "points", "groups", "sheet", "gap"]), VALUES),
        max_size=2,
    ),
)
def test_keys_with_any_values(head: dict[str, Any], devices: dict[str, Any]) -> None:
    refused_or_understood(as_yaml({**head, "devices": devices}))


@given(
    st.dictionaries(st.sampled_from(["device", "units", "identity", "read_only"]), VALUES, max_size=4),
    st.dictionaries(
        st.sampled_from(["holding", "input", "coil", "discrete", "fifo", "files"]),
        st.dictionaries(
            st.integers(0, 70000).map(str) | st.text("0123456789-x", max_size=6), VALUES, max_size=3
        ),
    ),
)
def test_device_files_with_any_values(head: dict[str, Any], tables: dict[str, Any]) -> None:
    refused_or_understood(as_yaml({**head, **tables}))


POINTS = st.fixed_dictionaries(
    {
        "ref": st.tuples(st.sampled_from(["holding", "input"]), st.integers(0, 60000)).map(
            "{0[0]}:{0[1]}".format
        )
    },
    optional={
        "type": st.sampled_from(["uint16", "int32", "float64", "bcd32"]),
        "order": st.sampled_from(["abcd", "cdab", "badc", "dcba"]),
        "scale": st.floats(-1e6, 1e6).filter(bool),
        "unit": st.sampled_from(["Hz", "m³/h", "%"]),
        "deadband": st.floats(0, 1e6),
    },
)


@given(
    st.dictionaries(NAMES, st.dictionaries(NAMES, POINTS, max_size=5), min_size=1, max_size=4),
    st.integers(1, 247),
)
def test_what_is_understood_is_what_was_written(devices: dict[str, Any], unit: int) -> None:
    written = {
        "site": "hall",
        "connections": {"plc": {"url": "tcp://10.0.0.1"}},
        "devices": {
            name: {"connection": "plc", "unit": unit, "points": points} for name, points in devices.items()
        },
    }
    site, faults = understand_site(document(as_yaml(written)))
    assert site is not None, [str(fault) for fault in faults]
    built = {device.name: device for device in site.connections[0].devices}
    assert list(built) == list(devices)
    for name, points in devices.items():
        assert built[name].unit == unit
        for settings, (point_name, point) in zip(built[name].points, points.items(), strict=True):
            assert settings.name == point_name
            assert settings.point.reference.protocol_form == point["ref"]
            assert settings.point.type == point.get("type", "uint16")
            assert settings.point.order == point.get("order", "abcd")
            assert settings.point.scale == point.get("scale", 1.0)
            assert settings.point.unit == point.get("unit", "")
            assert settings.deadband == point.get("deadband", 0.0)


WORDS = [
    "p.a",
    "a",
    "p.b",
    "1",
    "0",
    "2.5",
    "'x'",
    "max",
    "min",
    "sqrt",
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "/",
    "//",
]
SIGNS = ["%", "**", "<", "==", "and", "or", "not", "if", "else", "true", ".", "[", "lambda", ":", "__class__"]


def compiled(text: str) -> Expression | InvalidExpressionError:
    try:
        return Expression.compile(text, ["p.a", "p.b"], "p")
    except InvalidExpressionError as error:
        return error


@given(st.lists(st.sampled_from(WORDS + SIGNS), max_size=25).map(" ".join), st.floats(), st.floats(-10, 10))
def test_an_expression_gives_a_finite_value_or_says_why_not(text: str, first: float, second: float) -> None:
    expression = compiled(text)
    if isinstance(expression, InvalidExpressionError):
        assert 1 <= expression.column <= len(text) + 1
        return
    value: object = ""
    with contextlib.suppress(NoValueError):
        value = expression.value({"p.a": first, "p.b": second}.__getitem__)
    assert isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_fault(text: str) -> None:
    expression = compiled(text)
    if isinstance(expression, InvalidExpressionError):
        assert expression.message
        assert expression.column >= 1


@given(st.integers(0, 10**9).map(lambda milliseconds: milliseconds / 1000))
def test_durations_come_back_as_they_were_written(seconds: float) -> None:
    assert parse_duration(duration_text(seconds)) == seconds
