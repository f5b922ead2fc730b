"""Whether what a request writes is within the limits of a rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from port502.errors import Port502Error
from port502.guard.parts import Part
from port502.guard.policy import Place, ValueLimits
from port502.protocol.words import data_of
from port502.registers.values import Value

Present: TypeAlias = Mapping[tuple[str, int], int]
"""What the device holds at table and address now, as far as somebody has looked."""


class Written(NamedTuple):
    """One value that a request writes, and the one that is there; None where it is not known or cannot be told."""

    where: str
    address: int
    value: float | None
    present: float | None


class Meanings:
    """How the values of a rule's places are to be read: those with a point in engineering units, the others raw."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._whole = {place.first: place for place in places if place.point is not None}
        self._within = {
            address for place in self._whole.values() for address in range(place.first, place.end)
        }

    def written(self, part: Part, present: Present) -> Iterator[Written] | None:
        """Each value that a part writes; None when it writes none that could be judged."""
        values = result_of(part, present)
        return None if values is None else self._each(part, values, present)

    def _each(self, part: Part, values: Sequence[int], present: Present) -> Iterator[Written]:
        offset = 0
        while offset < len(values):
            address = part.first + offset
            place = self._whole.get(address)
            if address not in self._within:
                there = present.get((part.table, address))
                yield Written(f"{part.table}:{address}", address, values[offset], there)
                offset += 1
            elif place is not None and offset + place.count <= len(values):
                yield from _meant(place, values[offset : offset + place.count], _there(place, present))
                offset += place.count
            else:  # half a value has no meaning
                yield Written(f"{part.table}:{address}", address, None, None)
                offset += 1


def result_of(part: Part, present: Present) -> list[int] | None:
    """The raw values that are there after a write; None when that cannot be told."""
    if part.masks is None:
        return part.values()
    there = present.get((part.table, part.first))
    if there is None:
        return None
    kept, new = part.masks
    return [(there & kept) | (new & ~kept & 0xFFFF)]


def breach(limits: ValueLimits, value: float | None) -> str:
    """What is wrong with a value, empty when it is within the limits; a step is another matter."""
    if value is None or not math.isfinite(value):
        return "is no number" if value is None else f"is {value}"
    if limits.minimum is not None and value < limits.minimum:
        return f"is {value:g}, below min {limits.minimum:g}"
    if limits.maximum is not None and value > limits.maximum:
        return f"is {value:g}, above max {limits.maximum:g}"
    if limits.allowed is not None and value not in limits.allowed:
        return f"is {value:g}, not in the set"
    if limits.mask is not None and (value != int(value) or value < 0 or int(value) & ~limits.mask):
        return f"is {value:g}, with bits outside of mask 0x{limits.mask:04X}"
    return ""


def _there(place: Place, present: Present) -> list[int] | None:
    found = [present.get((str(place.table), address)) for address in range(place.first, place.end)]
    known = [value for value in found if value is not None]
    return known if len(known) == len(found) else None


def _meant(place: Place, values: Sequence[int], there: Sequence[int] | None) -> Iterator[Written]:
    new = _decoded(place, values)
    old = _decoded(place, there) if there is not None else [None] * len(new)
    assert place.point is not None
    for value, before in zip(new, old, strict=True):
        yield Written(place.point.name, place.first, value, before)


def _decoded(place: Place, values: Sequence[int]) -> list[float | None]:
    """The numbers that registers or bits mean; None for what is none."""
    point = place.point
    assert point is not None
    if place.table.is_bits:
        return [float(value) for value in values]
    try:
        decoded: Value | tuple[Value, ...] = point.reader()(data_of(values), 0)
    except Port502Error:
        return [None] * point.count
    several = decoded if isinstance(decoded, tuple) else (decoded,)
    return [float(one) if isinstance(one, int | float) else None for one in several]
