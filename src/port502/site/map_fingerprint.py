"""The fingerprint rules of a map file, typed."""

from __future__ import annotations

from collections.abc import Sequence

from port502.errors import UsageError
from port502.registers.maps.fingerprint import (
    Fc43Rule,
    Fingerprint,
    RegisterRule,
    Rule,
    ServerIdRule,
    SunSpecRule,
    TextRule,
)
from port502.registers.reference import Table
from port502.registers.values import width_of
from port502.site.document import Document
from port502.site.faults import Fault, KeyPath
from port502.site.map_model import FingerprintEntry

_PLACE = ("ref", "table", "address", "type", "order", "length")
_TEXT = ("equals", "contains", "one_of", "regex")
_MEANT: dict[str, tuple[str, ...]] = {
    "fc43": ("vendor", "product", "product_contains", "product_name_contains", "model_contains"),
    "register_string": (*_PLACE, *_TEXT),
    "register_in": (*_PLACE, "values", "values_ascii"),
    "register_equals": (*_PLACE, "value"),
    "register_known": _PLACE,
    "sunspec": ("bases", "models", "vendor", "product_contains"),
    "server_id": _TEXT,
}
"""The keys that each kind of rule has, beside ``also``."""


def fingerprint_of(
    entries: Sequence[FingerprintEntry], document: Document
) -> tuple[Fingerprint, list[Fault]]:
    """Alternatives of rules that must fit together, and what is wrong with them."""
    alternatives: list[tuple[Rule, ...]] = []
    faults: list[Fault] = []
    for index, entry in enumerate(entries):
        path: KeyPath = ("fingerprint", index)
        together: list[Rule] = []
        for part, one in [(path, entry), *(((*path, "also", at), one) for at, one in enumerate(entry.also))]:
            try:
                together.append(_rule(one))
            except UsageError as error:
                faults.append(document.fault(part, str(error)))
            if one is not entry and one.also:
                faults.append(document.fault((*part, "also"), "rules under 'also' have no 'also'"))
        alternatives.append(tuple(together))
    return tuple(alternatives), faults


def _rule(entry: FingerprintEntry) -> Rule:
    allowed = {*_MEANT[entry.kind], "kind", "also"}
    for key in entry.model_fields_set:
        if key not in allowed:
            raise UsageError(f"{entry.kind} has no {'in' if key == 'one_of' else key!r}")
    match entry.kind:
        case "fc43":
            return _fc43(entry)
        case "sunspec":
            return SunSpecRule(
                tuple(entry.bases) or SunSpecRule().bases,
                tuple(entry.models),
                TextRule(equals=entry.vendor) if entry.vendor else None,
                TextRule(contains=entry.product_contains) if entry.product_contains else None,
            )
        case "server_id":
            return ServerIdRule(_text(entry))
    return _register(entry)


def _fc43(entry: FingerprintEntry) -> Fc43Rule:
    said = (
        (0, TextRule(equals=entry.vendor or "")),
        (1, TextRule(equals=entry.product or "", contains=entry.product_contains or "")),
        (4, TextRule(contains=entry.product_name_contains or "")),
        (5, TextRule(contains=entry.model_contains or "")),
    )
    objects = tuple((number, rule) for number, rule in said if rule != TextRule())
    if not objects:
        raise UsageError("fc43 needs 'vendor' or 'product' to compare with")
    return Fc43Rule(objects)


def _register(entry: FingerprintEntry) -> RegisterRule:
    if entry.ref is not None:
        table, address = entry.ref.table, entry.ref.address
    elif entry.table is not None and entry.address is not None:
        table, address = Table(entry.table), entry.address
    else:
        raise UsageError(f"{entry.kind} needs a place: 'ref', or 'table' and 'address'")
    if table.is_bits:
        raise UsageError("a rule looks at registers: input or holding")
    order = entry.order or "abcd"
    if entry.kind == "register_string":
        length = entry.length or 1
        return RegisterRule(table, address, "string", order, length, text=_text(entry))
    kind = entry.type or "uint16"
    values = list(entry.values)
    if entry.value is not None:
        values.append(entry.value)
    size = 2 * width_of(kind, entry.length)
    for text in entry.values_ascii:
        if len(text) > size or not text.isascii():
            raise UsageError(f"{text!r} are {len(text)} characters of ASCII, and {kind} holds {size}")
        values.append(int.from_bytes(text.ljust(size).encode(), "big"))
    if entry.kind != "register_known" and not values:
        raise UsageError(f"{entry.kind} needs values to compare with")
    return RegisterRule(table, address, kind, order, entry.length, tuple(values))


def _text(entry: FingerprintEntry) -> TextRule:
    rule = TextRule(entry.equals or "", entry.contains or "", tuple(entry.one_of), entry.regex or "")
    if rule == TextRule():
        raise UsageError(f"{entry.kind} needs a text: 'equals', 'contains', 'in' or 'regex'")
    return rule
