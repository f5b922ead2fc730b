"""What a SunSpec model is: points in order, groups of points behind them, groups within groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from port502.registers.maps.units import parse_unit
from port502.registers.sunspec.kinds import KINDS, Kind

HEADER = 2
"""Registers in front of each model: its id and its length. The length does not count these two."""

END_ID = 0xFFFF
"""The id behind the last model of a chain."""

COMMON_ID = 1
"""The id of the common model, which names manufacturer, model and serial number."""


@dataclass(frozen=True, slots=True)
class ModelPoint:
    """One point of a model: ``size`` registers of a type.

    ``unit`` is a UCUM code. ``scale`` is the name of the point that holds the exponent, or the exponent itself.
    ``symbols`` are the names of an enum's values, or of a bit field's bits.
    """

    name: str
    kind: Kind
    size: int
    label: str = ""
    unit: str = ""
    scale: str | int | None = None
    writable: bool = False
    mandatory: bool = False
    symbols: Mapping[int, str] = field(default_factory=dict)

    @property
    def pretty_unit(self) -> str:
        """The unit of measure as people read it, empty for none."""
        unit = parse_unit(self.unit)
        return unit.pretty if unit is not None else ""


@dataclass(frozen=True, slots=True)
class ModelGroup:
    """Points and then groups, ``count`` times in a row: a number, or the name of the point that says it.

    None is exactly once; 0 is as often as fits into the length of the model.
    """

    name: str
    count: str | int | None
    points: tuple[ModelPoint, ...]
    groups: tuple[ModelGroup, ...] = ()

    @property
    def size(self) -> int:
        """The registers of the group's own points, without the groups within."""
        return sum(point.size for point in self.points)

    def each(self) -> Iterator[ModelGroup]:
        """The group itself and every group within, outside first."""
        yield self
        for group in self.groups:
            yield from group.each()


@dataclass(frozen=True, slots=True)
class Model:
    """A model as SunSpec defines it; the outermost group holds its id and its length as first points."""

    id: int
    name: str
    label: str
    group: ModelGroup

    @property
    def counting(self) -> tuple[str, ...]:
        """The names of the outermost points that say how often groups are there."""
        named = {group.count for group in self.group.each() if isinstance(group.count, str)}
        return tuple(
            point.name
            for point in self.group.points
            if point.name in named or (point.kind.name == "count" and self.group.groups)
        )


def point(
    name: str,
    type: str,  # noqa: A002
    size: int = 0,
    label: str = "",
    unit: str = "",
    scale: str | int | None = None,
    writable: bool = False,
    mandatory: bool = False,
    symbols: Mapping[str, str] | None = None,
) -> ModelPoint:
    """A point out of the words of a model file; raises KeyError for an unknown type."""
    kind = KINDS[type]
    meanings = {int(number): symbol for number, symbol in (symbols or {}).items()}
    return ModelPoint(name, kind, kind.registers or size, label, unit, scale, writable, mandatory, meanings)
