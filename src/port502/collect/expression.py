"""Values computed from points: ``main-incomer.active_power_total / max(flow, 0.1)``.

Numbers, names of points, ``+ - * / // % **``, comparisons, ``and or not``, ``A if B else C`` and a fixed
list of functions; nothing else exists, so nothing else can be called or reached. A known name wins:
``pump-1.speed`` is one name, and a minus after a name stands between spaces.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Collection
from typing import TypeAlias

from port502.collect.operations import (
    COMPARISONS,
    FUNCTIONS,
    OPERATORS,
    Operation,
    condition,
    finished,
    number,
)
from port502.collect.scanner import InvalidExpressionError, Scanner
from port502.errors import Port502Error

Value: TypeAlias = "bool | int | float | str | tuple[bool | int | float | str, ...] | None"
Lookup: TypeAlias = "Callable[[str], Value]"
Compute: TypeAlias = "Callable[[Lookup], Value]"

LONGEST_TEXT = 1000
MOST_PARTS = 200


class NoValueError(Port502Error):
    """An expression has no value now; the text is the reason for the sample's bad quality."""


class Expression:
    """A compiled expression; ``names`` are the full names of the points it needs, in order of appearance."""

    __slots__ = ("_compute", "canonical", "names", "text")

    def __init__(self, text: str, canonical: str, names: tuple[str, ...], compute: Compute) -> None:
        self.text = text
        self.canonical = canonical
        self.names = names
        self._compute = compute

    @classmethod
    def compile(cls, text: str, known_names: Collection[str], device: str = "") -> Expression:
        """The expression of a text; inside ``device`` its points are also known by their short names.

        ``canonical`` is the text with full names only. Raises InvalidExpressionError, with the place, for
        anything that is no expression, for unknown names, and for parts that can never have a value, such as
        a division by zero.
        """
        if len(text) > LONGEST_TEXT:
            raise InvalidExpressionError(
                f"an expression has at most {LONGEST_TEXT} characters, this one {len(text)}", 1
            )
        scanner = Scanner(text, known_names, device)
        source = scanner.python_source()
        try:
            tree = ast.parse(source, mode="eval")
        except SyntaxError as error:
            column = scanner.column_of(error.offset or 1)
            raise InvalidExpressionError(
                "this is no expression", column, "see values and signs around here"
            ) from None
        except (ValueError, MemoryError, RecursionError):
            raise InvalidExpressionError("this expression is nested too deeply", 1) from None
        compute = _Compiler(scanner).part(tree.body)
        return cls(text, scanner.canonical(), tuple(scanner.names), compute)

    def value(self, lookup: Lookup) -> Value:
        """The value now, from each name's value.

        ``lookup`` gives None for a point without a value. Numbers come out finite, conditions as True or
        False. Raises NoValueError, with the reason, where there is no value.
        """
        try:
            return finished(self._compute(lookup))
        except (ArithmeticError, ValueError, TypeError) as error:
            raise NoValueError(str(error)) from None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class _Compiler:
    """Turns a syntax tree into nested functions, part by part; what is not listed here does not exist."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._parts = 0

    def part(self, node: ast.expr) -> Compute:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise self._fault(node, f"an expression has at most {MOST_PARTS} parts")
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._binary(node, operator, left, right)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.part(operand)
                return lambda lookup: not condition(inner(lookup))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                inner, factor = self.part(operand), -1 if isinstance(sign, ast.USub) else 1
                return lambda lookup: factor * number(inner(lookup))
            case ast.BoolOp(op=operator, values=values):
                return self._both_or_either(isinstance(operator, ast.And), values)
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self._comparison(node, left, operators, others)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                asked, yes, no = self.part(test), self.part(body), self.part(orelse)
                return lambda lookup: yes(lookup) if condition(asked(lookup)) else no(lookup)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return self._call(node, FUNCTIONS[name], arguments)
        raise self._fault(node, "this does not belong into an expression")

    def _constant(self, node: ast.Constant) -> Compute:
        value = node.value
        if not isinstance(value, bool | int | float | str):
            raise self._fault(node, "this does not belong into an expression")
        if isinstance(value, float) and not math.isfinite(value):
            raise self._fault(node, "this number is larger than a number can be")
        return lambda lookup: value

    def _name(self, node: ast.Name) -> Compute:
        if not node.id.startswith("_"):
            raise self._fault(node, f"{node.id!r} is a function and takes its values in brackets")
        name = self._scanner.name(node.id)

        def compute(lookup: Lookup) -> Value:
            value = lookup(name)
            if value is None:
                raise ValueError(f"{name} has no value")
            return value

        return compute

    def _binary(self, node: ast.expr, operator: ast.operator, left: ast.expr, right: ast.expr) -> Compute:
        operation = OPERATORS.get(type(operator))
        if operation is None:
            raise self._fault(node, "this does not belong into an expression")
        if isinstance(operator, ast.Pow) and (_has_power(left) or _has_power(right)):
            raise self._fault(node, "a power of a power is not computed")
        return self._folded(node, operation, [left, right])

    def _call(self, node: ast.Call, operation: Operation, arguments: list[ast.expr]) -> Compute:
        if not operation.least <= len(arguments) <= operation.most:
            raise self._fault(node, f"{operation.name} takes {operation.takes}, got {len(arguments)}")
        return self._folded(node, operation, arguments)

    def _folded(self, node: ast.expr, operation: Operation, arguments: list[ast.expr]) -> Compute:
        """The operation on its parts; what holds no name is computed now, and refused without a value."""
        parts = [self.part(argument) for argument in arguments]
        apply = operation.apply

        def compute(lookup: Lookup) -> Value:
            return apply([part(lookup) for part in parts])

        try:
            constants = [
                number(part(_no_names)) if _is_constant(argument) else None
                for part, argument in zip(parts, arguments, strict=True)
            ]
            if operation.divides and constants[1] == 0:
                raise ZeroDivisionError("division by zero")
            if None not in constants:
                value = finished(compute(_no_names))
                return lambda lookup: value
        except (ArithmeticError, ValueError, TypeError) as error:
            raise self._fault(node, str(error)) from None
        return compute

    def _both_or_either(self, both: bool, values: list[ast.expr]) -> Compute:
        parts = [self.part(value) for value in values]
        if both:
            return lambda lookup: all(condition(part(lookup)) for part in parts)
        return lambda lookup: any(condition(part(lookup)) for part in parts)

    def _comparison(
        self, node: ast.expr, left: ast.expr, operators: list[ast.cmpop], others: list[ast.expr]
    ) -> Compute:
        signs = [type(operator) for operator in operators]
        if any(sign not in COMPARISONS for sign in signs):
            raise self._fault(node, "this does not belong into an expression")
        parts = [self.part(part) for part in (left, *others)]
        tests = [COMPARISONS[sign] for sign in signs]

        def compute(lookup: Lookup) -> Value:
            values = [part(lookup) for part in parts]
            return all(test(one, two) for test, one, two in zip(tests, values, values[1:], strict=False))

        return compute

    def _fault(self, node: ast.expr, message: str) -> InvalidExpressionError:
        return InvalidExpressionError(message, self._scanner.column_of(node.col_offset + 1))


def _no_names(name: str) -> Value:
    raise ValueError(f"{name} is not known yet")


def _is_constant(node: ast.expr) -> bool:
    # The names of functions are no names of points: those begin with an underscore here.
    return not any(isinstance(part, ast.Name) and part.id.startswith("_") for part in ast.walk(node))


def _has_power(node: ast.expr) -> bool:
    return any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow) for part in ast.walk(node))
