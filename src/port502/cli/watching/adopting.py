"""Type and order of a value under the cursor, changed by keys; and all that its registers can mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from port502.cli.output import printable
from port502.cli.peer import Wanted
from port502.errors import Port502Error
from port502.protocol.words import data_of
from port502.registers.point import Point
from port502.registers.reference import HIGHEST_ADDRESS, Reference, Table
from port502.registers.text import format_value
from port502.registers.values import ORDERS, decode_value, width_of

TYPES: Final = (
    *("uint16", "int16", "uint32", "int32", "float32"),
    *("uint64", "int64", "float64", "bcd16", "bcd32", "float16", "bits"),
)
"""The types that a key goes through, the usual ones first; a string needs a length, which a key cannot say."""

_NARROW_ORDERS = ("abcd", "badc")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What registers say when read as a type in an order; ``text`` is empty where too few of them are known."""

    type: str
    order: str
    text: str


def next_type(wanted: Wanted, step: int = 1) -> Wanted | None:
    """The same place with the next type; None for a bit, which has no other, and where the table ends before it."""
    point = wanted.point
    if point.table.is_bits:
        return None
    at = TYPES.index(point.type) if point.type in TYPES else -1 if step > 0 else 0
    for away in range(1, len(TYPES) + 1):
        kind = TYPES[(at + step * away) % len(TYPES)]
        if point.address + width_of(kind) <= HIGHEST_ADDRESS + 1:
            return retyped(point, kind, point.order)
    return None


def next_order(wanted: Wanted) -> Wanted | None:
    """The same place with the next order; None for a bit."""
    point = wanted.point
    if point.table.is_bits:
        return None
    orders = orders_of(point.type, point.length)
    at = orders.index(point.order) if point.order in orders else -1
    return retyped(point, point.type, orders[(at + 1) % len(orders)], point.length)


def orders_of(kind: str, length: int | None = None) -> tuple[str, ...]:
    """The orders in which a type's registers can lie: in one register only its bytes can be swapped."""
    return _NARROW_ORDERS if width_of(kind, length) == 1 else ORDERS


def retyped(point: Point, kind: str, order: str, length: int | None = None) -> Wanted:
    """The value of another type at the place of a point."""
    reference = Reference(point.table, point.address, 1, kind, order, length)
    reference = replace(reference, text=str(reference))
    return Wanted(reference.text, reference.text, Point.from_reference(reference))


def meanings(table: Table, address: int, known: Mapping[tuple[Table, int], int]) -> list[Meaning]:
    """Everything that the registers from an address on can be read as, as far as they are ``known``."""
    found = []
    for kind in TYPES:
        width = width_of(kind)
        registers = [known.get((table, address + step)) for step in range(width)]
        data = data_of([one for one in registers if one is not None])
        for order in orders_of(kind):
            text = _read(data, kind, order) if len(data) == 2 * width else ""
            found.append(Meaning(kind, order, text))
    return found


def _read(data: bytes, kind: str, order: str) -> str:
    try:
        return printable(format_value(decode_value(kind, order, data), kind))
    except Port502Error as error:
        return str(error)
