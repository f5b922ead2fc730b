"""What an expression can do with values: operators, comparisons and functions, all of them bounded.

Each raises ValueError, TypeError or ArithmeticError, with the reason in words, where there is no result.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "bool | int | float | str | tuple[bool | int | float | str, ...] | None"

HIGHEST_EXPONENT = 64
MOST_DIGITS = 15
LARGEST_WHOLE = 1 << 256


def number(value: Value) -> int | float:
    """A value as a number; True is 1."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
            raise ValueError("the number grows too large")
        return value
    raise TypeError(f"a number is needed, not {'several values' if isinstance(value, tuple) else 'a text'}")


def condition(value: Value) -> bool:
    """A value as a condition: zero is false, every other number is true."""
    return number(value) != 0


def finished(value: Value) -> Value:
    """A result that may leave the expression: finite numbers, conditions and texts."""
    if isinstance(value, tuple):
        raise TypeError("the result is several values: choose one with min, max, sum or avg")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("the result is not a finite number")
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    return value


def _divide(left: float, right: float) -> float:
    if right == 0:
        raise ZeroDivisionError("division by zero")
    return left / right


def _divide_whole(left: float, right: float) -> float:
    if right == 0:
        raise ZeroDivisionError("division by zero")
    return left // right


def _remainder(left: float, right: float) -> float:
    if right == 0:
        raise ZeroDivisionError("division by zero")
    return left % right


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > HIGHEST_EXPONENT:
        raise ValueError(f"an exponent is at most {HIGHEST_EXPONENT}")
    if base == 0 and exponent < 0:
        raise ZeroDivisionError("division by zero")
    if base < 0 and exponent != int(exponent):
        raise ValueError("a negative number has no such power")
    try:
        return math.pow(base, exponent)
    except OverflowError:
        raise ValueError("the number grows too large") from None


def _square_root(value: float) -> float:
    if value < 0:
        raise ValueError("a negative number has no square root")
    return math.sqrt(value)


def _rounded(value: float, digits: float = 0) -> float:
    if digits != int(digits) or abs(digits) > MOST_DIGITS:
        raise ValueError(f"digits are a whole number, at most {MOST_DIGITS}")
    return round(value, int(digits)) if digits else round(value)


def _average(*values: float) -> float:
    return math.fsum(values) / len(values)


def _sum(*values: float) -> float:
    return sum(values) if all(isinstance(value, int) for value in values) else math.fsum(values)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operator or function: how many values it takes, and what it makes of them.

    ``gathers`` says that a point of several values counts with each of them.
    """

    name: str
    compute: Callable[..., float]
    least: int = 2
    most: int = 2
    divides: bool = False
    gathers: bool = False

    def apply(self, values: Sequence[Value]) -> Value:
        """The result for these values."""
        if self.gathers:
            values = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
            if not values:
                raise ValueError(f"{self.name} of no values")
        return self.compute(*[number(value) for value in values])

    @property
    def takes(self) -> str:
        """How many values, in words."""
        if self.most > 2:
            return f"at least {self.least} value"
        return f"{self.least} value{'' if self.least == 1 else 's'}" + (
            " or 2" if self.least < self.most else ""
        )


OPERATORS: dict[type[ast.operator], Operation] = {
    ast.Add: Operation("+", lambda left, right: left + right),
    ast.Sub: Operation("-", lambda left, right: left - right),
    ast.Mult: Operation("*", lambda left, right: left * right),
    ast.Div: Operation("/", _divide, divides=True),
    ast.FloorDiv: Operation("//", _divide_whole, divides=True),
    ast.Mod: Operation("%", _remainder, divides=True),
    ast.Pow: Operation("**", _power),
}

FUNCTIONS: dict[str, Operation] = {
    "min": Operation("min", lambda *values: min(values), 1, 100, gathers=True),
    "max": Operation("max", lambda *values: max(values), 1, 100, gathers=True),
    "sum": Operation("sum", _sum, 1, 100, gathers=True),
    "avg": Operation("avg", _average, 1, 100, gathers=True),
    "abs": Operation("abs", abs, 1, 1),
    "sqrt": Operation("sqrt", _square_root, 1, 1),
    "round": Operation("round", _rounded, 1, 2),
}


def _ordered(test: Callable[[float, float], bool]) -> Callable[[Value, Value], bool]:
    return lambda left, right: test(number(left), number(right))


COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: _ordered(lambda left, right: left < right),
    ast.LtE: _ordered(lambda left, right: left <= right),
    ast.Gt: _ordered(lambda left, right: left > right),
    ast.GtE: _ordered(lambda left, right: left >= right),
}
