"""From a filter's text to one function over packets, made once: fields looked up, values read, comparisons chosen."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

from port502.traffic.filter.error import FilterError, nearest
from port502.traffic.filter.fields import ALIASES, FIELDS, FieldKind, Kind
from port502.traffic.filter.getters import Getter
from port502.traffic.filter.parser import parse
from port502.traffic.filter.slices import as_bytes, slicer
from port502.traffic.filter.syntax import Both, Comparison, Literal_, Membership, Named, Node, Not, Present
from port502.traffic.filter.values import Constant, constant, pattern

if TYPE_CHECKING:
    from port502.traffic.packet import Packet

Test: TypeAlias = "Callable[[Packet], bool]"

FROM_HERE_AS_SENT = 128
"""A number from here on is compared with function codes as they were sent."""

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_FLIPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


class Filter:
    """A compiled display filter: call it with a packet. ``text`` is what was written."""

    __slots__ = ("_test", "text")

    def __init__(self, text: str, test: Test) -> None:
        self.text = text
        self._test = test

    def __call__(self, packet: Packet) -> bool:
        """Whether the packet passes."""
        return self._test(packet)


@dataclass(frozen=True, slots=True)
class _Values:
    """How a packet gives the values of one side of a comparison, and of which kind they are."""

    field: FieldKind
    kind: Kind
    get: Getter


def compile_filter(text: str) -> Filter:
    """The filter that a text means; an empty one lets everything pass.

    Raises FilterError, a UsageError, which names the column and the nearest field.
    """
    node = parse(text)
    return Filter(text, _everything if node is None else _compiled(node))


def _everything(packet: Packet) -> bool:
    return True


def _compiled(node: Node) -> Test:
    match node:
        case Present(field):
            return _present(field)
        case Not(inner):
            negated = _compiled(inner)
            return lambda packet: not negated(packet)
        case Both(sign, parts):
            return _joined(sign, [_compiled(part) for part in parts])
        case Membership():
            return _membership(node)
        case Comparison():
            return _comparison(node)


def _joined(sign: str, tests: list[Test]) -> Test:
    if sign == "&&":
        if len(tests) == 2:
            first, second = tests
            return lambda packet: first(packet) and second(packet)
        return lambda packet: all(test(packet) for test in tests)
    if sign == "||":
        return lambda packet: any(test(packet) for test in tests)
    return lambda packet: reduce(operator.xor, [test(packet) for test in tests])


def _present(named: Named) -> Test:
    values = _values(named)
    get = values.get
    if named.mask is not None:
        return lambda packet: any(get(packet))
    return lambda packet: len(get(packet)) > 0


def _field(named: Named) -> FieldKind:
    name = ALIASES.get(named.name, named.name)
    field = FIELDS.get(name)
    if field is None:
        raise FilterError(named.column, f"there is no field {named.name[:60]!r}{nearest(named.name, FIELDS)}")
    return field


def _values(named: Named, *, as_sent: bool = False) -> _Values:
    """The values of a field, with slice, mask or function applied."""
    field = _field(named)
    kind, get = field.kind, field.get
    if as_sent and field.raw is not None:
        get = field.raw
    if named.slice is not None:
        part = slicer(named.slice, kind, named.column)
        kind, get = "bytes", _mapped(get, part)
    if named.mask is not None:
        if kind != "number":
            raise FilterError(
                named.mask.column, f"only numbers have bits to look at, and {named.name} is none"
            )
        mask = constant(named.mask, field, "number").low
        get = _mapped(get, lambda value: value & mask)
    if named.function:
        kind, get = _called(named, kind, get)
    return _Values(field, kind, get)


def _mapped(get: Getter, change: Callable[[Any], Any]) -> Getter:
    return lambda packet: [change(value) for value in get(packet)]


def _called(named: Named, kind: Kind, get: Getter) -> tuple[Kind, Getter]:
    if named.function == "count":
        return "number", lambda packet: [len(values)] if (values := get(packet)) else ()
    if kind not in ("bytes", "text", "protocol"):
        raise FilterError(
            named.column, f"{named.function}() takes bytes or a text, and {named.name} is neither"
        )
    if named.function == "len":
        return "number", _mapped(get, lambda value: len(as_bytes(value, kind)))
    if named.function == "lower":
        return "bytes", _mapped(get, lambda value: as_bytes(value, kind).lower())
    return "bytes", _mapped(get, lambda value: as_bytes(value, kind).upper())


def _comparison(node: Comparison) -> Test:
    left, right, sign = node.left, node.right, node.sign
    if isinstance(left, Literal_):
        if sign in ("contains", "matches"):
            raise FilterError(left.column, f"before {sign} stands a field")
        left, right, sign = right, left, _FLIPPED.get(sign, sign)
    assert isinstance(left, Named)
    if isinstance(right, Named) and not _is_known(right) and _is_known(left):
        right = Literal_(right.name, right.column)
    if isinstance(right, Named):
        return _two_fields(node, left, right, sign)
    if sign == "matches":
        return _matches(left, right)
    if sign == "contains":
        return _contains(left, right)
    values = _values(left)
    _refuse_bare_protocol(left, values)
    known = constant(right, values.field, values.kind)
    if values.field.raw is not None and isinstance(known.low, int) and known.low >= FROM_HERE_AS_SENT:
        values = _values(left, as_sent=True)
    return _quantified(values.get, _against(sign, known), sign, node.quantifier)


def _is_known(named: Named) -> bool:
    return ALIASES.get(named.name, named.name) in FIELDS


def _refuse_bare_protocol(named: Named, values: _Values) -> None:
    if values.kind == "protocol" and named.name != "frame" and named.slice is None and not named.function:
        raise FilterError(
            named.column, f"{named.name} is there or not; compare a field of it, such as {named.name}.…"
        )


def _against(sign: str, known: Constant) -> Callable[[Any], bool]:
    """The test of one value: for the four equalities whether it is the constant, else the order."""
    low, high = known.low, known.high
    if sign in _ORDERS:
        order = _ORDERS[sign]
        edge = high if sign in (">", "<=") else low
        return lambda value: order(value, edge)
    if low == high:
        return lambda value: bool(value == low)
    return lambda value: bool(low <= value <= high)


def _quantified(get: Getter, test: Callable[[Any], bool], sign: str, quantifier: str) -> Test:
    """Which values must pass: any, unless the sign or a word says all; a field that is not there never passes."""
    if sign == "!=" and quantifier != "any":
        return lambda packet: len(values := get(packet)) > 0 and not any(test(value) for value in values)
    if sign in ("!=", "!=="):
        if quantifier == "all":
            return lambda packet: len(values := get(packet)) > 0 and not any(test(value) for value in values)
        return lambda packet: any(not test(value) for value in get(packet))
    if sign == "===" or quantifier == "all":
        return lambda packet: len(values := get(packet)) > 0 and all(test(value) for value in values)
    return lambda packet: any(test(value) for value in get(packet))


def _two_fields(node: Comparison, left: Named, right: Named, sign: str) -> Test:
    mine, theirs = _values(left), _values(right)
    alike = mine.kind == theirs.kind or {mine.kind, theirs.kind} <= {"bytes", "protocol"}
    alike = alike or {mine.kind, theirs.kind} <= {"number", "seconds"}
    if not alike or sign in ("contains", "matches"):
        raise FilterError(node.column, f"{left.name} and {right.name} cannot be compared so")
    one, other = mine.get, theirs.get
    order: Callable[[Any, Any], bool] = _ORDERS.get(sign, operator.eq)

    def pairs(packet: Packet) -> Sequence[bool]:
        return [order(a, b) for b in other(packet) for a in one(packet)]

    return _quantified(pairs, bool, sign, node.quantifier)


def _contains(left: Named, right: Literal_) -> Test:
    values = _values(left)
    if values.kind not in ("bytes", "text", "protocol"):
        raise FilterError(
            left.column, f"{left.name} is a number or an address: it contains nothing; compare it"
        )
    wanted = constant(right, values.field, "bytes").low
    get, kind = values.get, values.kind
    return lambda packet: any(wanted in as_bytes(value, kind) for value in get(packet))


def _matches(left: Named, right: Literal_) -> Test:
    values = _values(left)
    if values.kind not in ("bytes", "text", "protocol"):
        raise FilterError(
            left.column, f"{left.name} is a number or an address: it matches nothing; compare it"
        )
    search = pattern(right).search
    get, kind = values.get, values.kind
    return lambda packet: any(search(as_bytes(value, kind)) is not None for value in get(packet))


def _membership(node: Membership) -> Test:
    plain: list[Constant] = []
    as_sent: list[Constant] = []
    values = _values(node.field)
    _refuse_bare_protocol(node.field, values)
    for low, high in node.members:
        known = constant(low, values.field, values.kind)
        if high is not None:
            end = constant(high, values.field, values.kind)
            if end.high < known.low:
                raise FilterError(low.column, f"the range {low.text}..{high.text} ends before it starts")
            known = Constant(known.low, end.high)
        sent = values.field.raw is not None and known.low >= FROM_HERE_AS_SENT
        (as_sent if sent else plain).append(known)
    test = _quantified(
        values.get, lambda value: any(one.holds(value) for one in plain), "==", node.quantifier
    )
    if not as_sent:
        return test
    raw = _values(node.field, as_sent=True).get
    sent_test = _quantified(
        raw, lambda value: any(one.holds(value) for one in as_sent), "==", node.quantifier
    )
    return lambda packet: test(packet) or sent_test(packet)
