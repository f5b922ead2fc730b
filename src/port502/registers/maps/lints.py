"""Doubts about a map: what is allowed, but seldom meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.quantities import QUANTITIES
from port502.registers.maps.units import parse_unit
from port502.registers.point import Point
from port502.registers.values import BCDS, INTEGERS, width_of

SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FEWEST_ALIKE = 8
"""How many other wide values a table needs before one at the other parity is suspicious."""

PLAUSIBLE: dict[str, tuple[float, float]] = {
    "voltage": (40, 50),
    "line_voltage": (40, 50),
    "dc_voltage": (2, 50),
    "battery_voltage": (2, 50),
    "cell_voltage": (1.5, 0.2),
    "frequency": (50, 2),
    "current": (1, 100),
    "active_power": (10, 1e5),
    "power_factor": (0.9, 0.1),
    "state_of_charge": (0.99, 0.1),
    "state_of_health": (0.99, 0.1),
    "humidity": (0.99, 0.1),
    "outdoor_temperature": (30, 2),
    "supply_temperature": (50, 2),
    "temperature": (30, 10),
    "active_energy_import": (1000, 1e6),
    "active_energy_export": (1000, 1e6),
    "active_energy": (1000, 1e6),
}
"""For a quantity what its values must reach at least, and how coarse they may be, in its dimension's first unit."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about a point of a map that is worth a look."""

    point: str
    message: str

    def __str__(self) -> str:
        return f"{self.point}: {self.message}"


def lint(device_map: DeviceMap) -> list[Doubt]:
    """All doubts about a map, in the order of its points; repeats are looked at in their first two turns."""
    points = [one for one in device_map.points.values() if one.index <= 2]
    found = [Doubt(one.name, message) for one in points for look in _LOOKS for message in look(one)]
    found += [*_alike(points), *_overlaps(points), *_odd(points)]
    order = {name: place for place, name in enumerate(device_map.points)}
    return sorted(found, key=lambda doubt: order.get(doubt.point, -1))


def _name(one: MapPoint) -> Iterator[str]:
    if not SNAKE_CASE.fullmatch(one.name):
        yield "the name is not in snake_case"


def _unit(one: MapPoint) -> Iterator[str]:
    quantity = QUANTITIES.get(one.quantity)
    if quantity is None:
        yield "says nothing of its quantity"
        return
    unit = parse_unit(one.unit)
    if one.point.meaning is not None and one.point.meaning.in_words:
        if unit is not None:
            yield f"labels have no unit, and it says {unit.pretty}"
    elif not quantity.takes(unit):
        says = unit.pretty or unit.code if unit is not None else "nothing"
        usual = ", ".join(each.pretty or each.code for each in quantity.units[:4]) or "no unit"
        yield f"{quantity.name} is in {usual}, and it says {says}"


def _scale(one: MapPoint) -> Iterator[str]:
    point, unit = one.point, parse_unit(one.unit)
    highest = highest_raw(point)
    if (
        highest is None
        or unit is None
        or (point.meaning is not None and point.meaning.scale_register is not None)
    ):
        return
    step = abs(point.scale) * unit.factor
    top = (highest * abs(point.scale) + abs(point.offset)) * unit.factor
    least, coarsest = PLAUSIBLE.get(point.quantity, (0.0, float("inf")))
    if top < least:
        yield f"with scale {point.scale:g} it reaches {highest * point.scale:g} {unit.pretty} at most"
    if step > coarsest * (1 + 1e-9):
        yield f"with scale {point.scale:g} it counts in steps of {point.scale:g} {unit.pretty}"


def _numbers(one: MapPoint) -> Iterator[str]:
    """Numbers that the registers cannot hold."""
    point, meaning = one.point, one.point.meaning
    highest = highest_raw(point)
    if highest is None:
        return
    if meaning is not None:
        most = highest if meaning.mask is None else meaning.mask >> meaning.shift
        lowest = -highest - 1 if point.type.startswith("int") else 0
        for number, label in meaning.enum:
            if not lowest <= number <= most:
                yield f"{number} ({label}) is no number that it can hold"
        for bit, label in meaning.flags:
            if not most >> bit:
                yield f"bit {bit} ({label}) is not among its bits"
    if one.write is not None:
        top = highest * abs(point.scale) + abs(point.offset)
        for limit in (one.write.minimum, one.write.maximum):
            if limit is not None and abs(limit) > top * (1 + 1e-9):
                yield f"the limit {limit:g} lies beyond what it can hold"
    if one.rollover is not None and one.rollover > (highest + 1) * abs(point.scale):
        yield f"it cannot count as far as its rollover at {one.rollover:g}"


_LOOKS: tuple[Callable[[MapPoint], Iterable[str]], ...] = (_name, _unit, _scale, _numbers)


def highest_raw(point: Point) -> int | None:
    """The largest integer that a point can hold; None for what is no integer."""
    if point.type in INTEGERS:
        return (1 << 16 * INTEGERS[point.type][1] - point.type.startswith("int")) - 1
    return int(10 ** (4 * BCDS[point.type])) - 1 if point.type in BCDS else None


def _alike(points: Iterable[MapPoint]) -> Iterator[Doubt]:
    """Names that differ only in how they are written."""
    seen: dict[str, str] = {}
    for one in points:
        plain = one.name.replace("_", "").replace("-", "").lower()
        if plain in seen:
            yield Doubt(one.name, f"its name is {seen[plain]!r}, written otherwise")
        seen.setdefault(plain, one.name)


def _overlaps(points: Iterable[MapPoint]) -> Iterator[Doubt]:
    """Points that share a part of their registers, or mean the same registers in the same way."""
    widest: dict[str, MapPoint] = {}
    for one in sorted(points, key=lambda one: (one.point.address, -one.point.end)):
        point = one.point
        before = widest.get(point.table)
        if before is not None and point.address < before.point.end and _at_once(one, before):
            other = before.point
            same = (point.address, point.end) == (other.address, other.end)
            if same and _same_view(point, other):
                yield Doubt(one.name, f"has the same registers as {before.name!r}, read in the same way")
            elif point.end > other.end:
                place = f"{other.table}:{other.address}-{other.end - 1}"
                yield Doubt(one.name, f"overlaps the registers of {before.name!r} ({place})")
        if before is None or point.end >= before.point.end:
            widest[point.table] = one


def _at_once(one: MapPoint, other: MapPoint) -> bool:
    """Whether one device can have both points: those that only some models have may share registers."""
    return one.when is None and other.when is None


def _same_view(one: Point, other: Point) -> bool:
    masks = [point.meaning.mask if point.meaning is not None else None for point in (one, other)]
    return one.type == other.type and one.order == other.order and masks[0] == masks[1]


def _odd(points: Iterable[MapPoint]) -> Iterator[Doubt]:
    """A wide value at an odd address among many at even ones, or the other way round."""
    wide: dict[str, tuple[list[MapPoint], list[MapPoint]]] = {}
    for one in points:
        point = one.point
        if not point.table.is_bits and point.type != "string" and width_of(point.type) % 2 == 0:
            wide.setdefault(point.table, ([], []))[point.address % 2].append(one)
    for even, odd in wide.values():
        few, many = sorted((even, odd), key=len)
        if len(few) == 1 and len(many) >= FEWEST_ALIKE:
            parity = "odd" if few is odd else "even"
            yield Doubt(
                few[0].name,
                f"lies at the {parity} address {few[0].point.address}, all {len(many)} others of its size do not",
            )
