"""Expressions: what they compute, what they refuse at load, and what has no value at run time (H287)."""

from __future__ import annotations

from typing import Any

import pytest

from port502.collect.expression import Expression, NoValueError
from port502.collect.scanner import InvalidExpressionError
from port502.errors import ConfigError

VALUES: dict[str, Any] = {
    "main-incomer.active_power_total": 1200.0,
    "pump-1.speed": 48.0,
    "pump-1.flow": 4.0,
    "pump-1.zero": 0,
    "pump-1.running": True,
    "pump-1.mode": "auto",
    "pump-1.currents": (1.0, 2.0, 6.0),
    "pump-1.dead": None,
}


def compiled(text: str) -> Expression:
    return Expression.compile(text, VALUES, "pump-1")


def value(text: str) -> Any:
    return compiled(text).value(VALUES.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("main-incomer.active_power_total / max(flow, 0.1)", 300.0),
        ("pump-1.speed", 48.0),
        ("speed - 2", 46.0),
        ("speed -2", 46.0),
        ("speed + flow * 2", 56.0),
        ("(speed + flow) * 2", 104.0),
        ("speed // 5", 9.0),
        ("speed % 5", 3.0),
        ("flow ** 0.5", 2.0),
        ("-flow", -4.0),
        ("+flow", 4.0),
        ("speed > 40 and flow < 5", True),
        ("speed > 50 or not running", False),
        ("1 < flow < 5", True),
        ("1 < flow < 3", False),
        ("mode == 'auto'", True),
        ('mode != "auto"', False),
        ("running == true", True),
        ("speed if running else 0", 48.0),
        ("0 if not running else flow", 4.0),
        ("running + running", 2),
        ("abs(0 - flow)", 4.0),
        ("min(speed, flow, 9)", 4.0),
        ("sum(currents)", 9.0),
        ("avg(currents, 3)", 3.0),
        ("max(currents)", 6.0),
        ("round(speed / 7, 2)", 6.86),
        ("sqrt(flow)", 2.0),
        ("1.5e3 + .5 * flow", 1502.0),
        ("min(speed,\n    flow)", 4.0),
    ],
)
def test_it_computes(text: str, expected: object) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


@pytest.mark.parametrize(
    ("text", "reason", "column"),
    [
        ("flow.__class__", "no point", 1),
        ("speed + flow.real", "no point 'flow.real'", 9),
        ("__import__('os')", "no function '__import__'", 1),
        ("flow.hex()", "no function 'flow.hex'", 1),
        ("open('x')", "no function 'open'", 1),
        ("flow(2)", "does not belong", 1),
        ("max", "no point 'max'", 1),
        ("max()", "at least 1 value", 1),
        ("abs(1, 2)", "takes 1 value", 1),
        ("round(1, 2, 3)", "takes 1 value or 2", 1),
        ("9 ** 9 ** 9", "a power of a power", 1),
        ("(flow ** 2) ** 3", "a power of a power", None),
        ("2 ** 65", "an exponent is at most 64", 1),
        ("flow / 0", "division by zero", 1),
        ("flow // (1 - 1)", "division by zero", 1),
        ("flow % 0.0", "division by zero", 1),
        ("speed and 1 / 0", "division by zero", 11),
        ("flow + 'a'", "a number is needed, not a text", 1),
        ("sqrt(-1)", "a negative number has no square root", 1),
        ("1e999", "larger than a number can be", 1),
        ("[flow]", "'[' has no meaning here", 1),
        ("flow; speed", "';' has no meaning here", 5),
        ("lambda: 1", "no point 'lambda'", 1),
        ("(x := 1)", "no point 'x'", 2),
        ("f'{flow}'", "no point 'f'", 1),
        ("flow speed", "no expression", 6),
        ("flow +", "no expression", None),
        ("", "is missing", 1),
        ("   ", "is missing", 1),
        ("flow @ speed", "'@' has no meaning", 6),
        ("1_000", "no point '_000'", 2),
        ("x" * 1001, "at most 1000 characters, this one 1001", 1),
        ("-" * 400 + "1", "at most 200 parts", None),
        ("(" * 300 + "1" + ")" * 300, "", None),
        ("max(k=flow)", "no point 'k'", 5),
        ("max(*currents)", "does not belong", None),
    ],
)
def test_it_refuses_at_load_with_the_place(text: str, reason: str, column: int | None) -> None:
    with pytest.raises(InvalidExpressionError) as caught:
        compiled(text)
    assert reason in str(caught.value)
    assert isinstance(caught.value, ConfigError)
    if column is not None:
        assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("speed / zero", "division by zero"),
        ("speed // zero", "division by zero"),
        ("speed % zero", "division by zero"),
        ("zero ** -1", "division by zero"),
        ("sqrt(zero - 1)", "no square root"),
        ("(zero - 8) ** 0.5", "no such power"),
        ("speed ** (flow * 100)", "an exponent is at most 64"),
        ("(speed * 1e300) * 1e300", "not a finite number"),
        ("(speed * 1e300) ** 9", "too large"),
        ("mode + 1", "not a text"),
        ("currents + 1", "not several values"),
        ("currents", "several values"),
        ("dead + 1", "pump-1.dead has no value"),
        ("speed and dead", "pump-1.dead has no value"),
        ("round(speed, flow / 3)", "whole number"),
        ("mode < 3", "not a text"),
    ],
)
def test_without_a_value_it_says_why(text: str, reason: str) -> None:
    with pytest.raises(NoValueError, match=reason):
        value(text)


def test_a_branch_that_is_not_taken_needs_no_value() -> None:
    assert value("speed / zero if zero != 0 else -1") == -1
    assert value("zero == 0 or dead > 1") is True


def test_names_are_full_in_order_and_once() -> None:
    expression = compiled("flow + main-incomer.active_power_total + pump-1.flow * speed")
    assert expression.names == ("pump-1.flow", "main-incomer.active_power_total", "pump-1.speed")
    assert (
        expression.canonical == "pump-1.flow + main-incomer.active_power_total + pump-1.flow * pump-1.speed"
    )


def test_the_canonical_text_means_the_same_everywhere() -> None:
    expression = compiled("max(flow, 0.1) * (1 if running else 2)")
    again = Expression.compile(expression.canonical, VALUES)
    assert again.names == expression.names
    assert again.value(VALUES.__getitem__) == expression.value(VALUES.__getitem__)


def test_a_whole_number_that_grows_without_end_is_no_value() -> None:
    text = " * ".join(["speed"] * 60)
    with pytest.raises(NoValueError, match="too large"):
        compiled(text).value(lambda name: 10**15)


def test_it_shows_its_text() -> None:
    assert repr(compiled("flow + 1")) == "Expression('flow + 1')"
