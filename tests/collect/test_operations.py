"""What expressions do with values, each within its bounds."""

from __future__ import annotations

import ast
import math

import pytest

from port502.collect.operations import COMPARISONS, FUNCTIONS, OPERATORS, condition, finished, number


def test_numbers_and_conditions() -> None:
    assert number(True) == 1
    assert number(2.5) == 2.5
    assert condition(0.1)
    assert not condition(False)
    with pytest.raises(TypeError, match="a text"):
        number("1")
    with pytest.raises(TypeError, match="several values"):
        number((1, 2))
    with pytest.raises(ValueError, match="too large"):
        number(1 << 300)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_nothing_leaves_that_is_not_finite(value: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        finished(value)


def test_texts_and_conditions_leave_as_they_are() -> None:
    assert finished("auto") == "auto"
    assert finished(True) is True


@pytest.mark.parametrize("sign", [ast.Div, ast.FloorDiv, ast.Mod])
def test_every_division_by_zero_is_named(sign: type[ast.operator]) -> None:
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        OPERATORS[sign].apply([1, 0.0])


def test_powers_are_bounded() -> None:
    power = OPERATORS[ast.Pow]
    assert power.apply([2, 10]) == 1024.0
    for base, exponent in ((10, 65), (1e200, 2), (-8, 0.5), (0, -1)):
        with pytest.raises((ValueError, ZeroDivisionError)):
            power.apply([base, exponent])


def test_sums_stay_whole_or_exact() -> None:
    assert FUNCTIONS["sum"].apply([1, 2]) == 3
    assert FUNCTIONS["sum"].apply([0.1] * 10) == 1.0
    assert FUNCTIONS["avg"].apply([0.1] * 10) == 0.1


def test_points_of_several_values_count_with_each() -> None:
    assert FUNCTIONS["max"].apply([(1, 7), 3]) == 7
    with pytest.raises(TypeError):
        FUNCTIONS["abs"].apply([(1, 7)])
    with pytest.raises(ValueError, match="min of no values"):
        FUNCTIONS["min"].apply([()])


def test_rounding_takes_whole_digits() -> None:
    assert FUNCTIONS["round"].apply([2.567, 1]) == 2.6
    assert FUNCTIONS["round"].apply([1234, -2]) == 1200
    for digits in (1.5, 16):
        with pytest.raises(ValueError, match="whole number"):
            FUNCTIONS["round"].apply([1.0, digits])


def test_order_needs_numbers_and_equality_does_not() -> None:
    assert COMPARISONS[ast.Eq]("a", "a")
    assert COMPARISONS[ast.NotEq]("a", 1)
    assert COMPARISONS[ast.GtE](2, True)
    with pytest.raises(TypeError):
        COMPARISONS[ast.Lt]("a", "b")


def test_it_says_how_many_values_it_takes() -> None:
    assert FUNCTIONS["max"].takes == "at least 1 value"
    assert FUNCTIONS["abs"].takes == "1 value"
    assert FUNCTIONS["round"].takes == "1 value or 2"
    assert OPERATORS[ast.Add].takes == "2 values"
