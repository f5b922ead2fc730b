"""Where the points of a model lie in one device: groups repeated as often as the device has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.sunspec.kinds import Role
from port502.registers.sunspec.model import HEADER, Model, ModelGroup, ModelPoint

Scope = Mapping[str, int]
"""The places of the points that a group and the groups around it have, by name."""


@dataclass(frozen=True)
class Field:
    """One point of a model in one device, ``offset`` registers behind the model's id.

    ``path`` is its SunSpec name with the groups around it, such as ``W`` or ``Crv.1.Pt.2.V``.
    ``scale_offset`` is where its scale factor lies, None for a fixed one or none.
    """

    path: str
    definition: ModelPoint
    offset: int
    scale_offset: int | None = None

    @property
    def end(self) -> int:
        """The first offset behind it."""
        return self.offset + self.definition.size

    @property
    def is_value(self) -> bool:
        """Whether it says something about the plant: not the model's header, no pad, no scale factor."""
        return self.offset >= HEADER and self.definition.kind.role not in (Role.PAD, Role.SCALE)

    @cached_property
    def meaning(self) -> Meaning | None:
        """What its raw value stands for, without the scale factor."""
        kind = self.definition.kind
        labels = tuple(sorted(self.definition.symbols.items()))
        if kind.role in (Role.PAD, Role.ADDRESS):
            return None
        return Meaning(
            nan=kind.missing_values,
            enum=labels if kind.role is Role.ENUM else (),
            flags=labels if kind.role is Role.FLAGS else (),
        )

    def point(self, start: int, name: str = "", quantity: str = "", exponent: int | None = None) -> Point:
        """The point in the holding registers of a device whose model begins at ``start``.

        ``exponent`` is that of the scale factor, for reads that do not hold it.
        """
        what = self.definition
        scale, meaning = 1.0, self.meaning
        if what.kind.is_scalable and meaning is not None:
            if isinstance(what.scale, int):
                scale = float(f"1e{what.scale}")
            elif self.scale_offset is not None:
                register = ScaleRegister(start + self.scale_offset, exponent=exponent)
                meaning = Meaning(nan=meaning.nan, scale_register=register)
        return Point(
            name or self.path,
            Table.HOLDING,
            start + self.offset,
            what.kind.type,
            length=what.size if what.kind.type == "string" else None,
            scale=scale,
            unit=what.pretty_unit,
            quantity=quantity,
            meaning=meaning,
        )


@dataclass(slots=True)
class Layout:
    """The fields of a model in one device, and what is odd about it, empty for nothing."""

    fields: list[Field] = field(default_factory=list)
    note: str = ""


def lay_out(model: Model, length: int, counted: Callable[[str], int | None]) -> Layout:
    """The fields of a model that says that ``length`` registers follow its header.

    ``counted`` gives the value of an outermost point that says how often a group is there, None where the
    device does not say. Groups without such a point fill what is left.
    """
    return _Walk(model, HEADER + length, counted).run()


class _Full(Exception):  # noqa: N818 (the end of a walk, no error)
    """The model has no room for the next point."""


class _Walk:
    def __init__(self, model: Model, end: int, counted: Callable[[str], int | None]) -> None:
        self.model = model
        self.end = end
        self.counted = counted
        self.offset = 0
        self.layout = Layout()

    def run(self) -> Layout:
        group = self.model.group
        try:
            self._once(group, "", {})
        except _Full:
            return self.layout
        rest = self.end - self.offset
        if rest:
            self.layout.note = f"{rest} registers at its end mean nothing that is known"
        return self.layout

    def _once(self, group: ModelGroup, prefix: str, around: Scope) -> None:
        """One group at the current place, with the groups within."""
        scope = dict(around)
        place = self.offset
        for one in group.points:
            scope[one.name] = place
            place += one.size
        for one in group.points:
            self._add(one, prefix, scope)
        for inner in group.groups:
            if inner.count is None:
                self._once(inner, f"{prefix}{inner.name}.", scope)
                continue
            for number in range(1, self._times(inner) + 1):
                self._once(inner, f"{prefix}{inner.name}.{number}.", scope)

    def _add(self, one: ModelPoint, prefix: str, scope: Scope) -> None:
        if self.offset + one.size > self.end:
            if one.kind.role is not Role.PAD:
                self.layout.note = f"it is too short for {prefix}{one.name} and what follows"
            raise _Full
        scale = scope.get(one.scale) if isinstance(one.scale, str) else None
        self.layout.fields.append(Field(prefix + one.name, one, self.offset, scale))
        self.offset += one.size

    def _times(self, group: ModelGroup) -> int:
        """How often a group is there: as the device says, or as often as it fits."""
        if isinstance(group.count, str):
            return self.counted(group.count) or 0
        if group.count:
            return group.count
        fits = (self.end - self.offset) // self._size(group)
        said = self.counted(self._counter()) if self._counter() else None
        # The length is what the next model's place hangs on; a number that does not fit it is not believed.
        return fits if said is None else min(said, fits)

    def _counter(self) -> str:
        points = self.model.group.points
        return next((one.name for one in points if one.kind.name == "count"), "")

    def _size(self, group: ModelGroup) -> int:
        """The registers of one repetition."""
        size = group.size
        for inner in group.groups:
            times = 1
            if isinstance(inner.count, str):
                times = self.counted(inner.count) or 0
            elif inner.count is not None:
                times = inner.count
            size += times * self._size(inner)
        return size
