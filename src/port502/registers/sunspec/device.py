"""A SunSpec device as its chain describes it: which models, where, and every point by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from port502.errors import UsageError
from port502.registers.point import Point
from port502.registers.sunspec.layout import Field, Layout
from port502.registers.sunspec.model import HEADER, Model
from port502.registers.sunspec.naming import Named, Namer


@dataclass(frozen=True, slots=True)
class Common:
    """Who the device is, out of its common model (1); empty is what it does not say.

    ``address`` is its unit address as it sees it itself, None where it does not say.
    """

    manufacturer: str = ""
    model: str = ""
    options: str = ""
    version: str = ""
    serial: str = ""
    address: int | None = None


@dataclass(frozen=True, slots=True)
class FoundModel:
    """One model of a chain: its id register is at ``start``, ``length`` registers follow its header of two.

    ``model`` is None for a model that is not known. ``instance`` counts models of the same id from 1.
    ``exponents`` are the scale factors as they stood when the chain was walked, by their offset.
    """

    id: int
    start: int
    length: int
    model: Model | None = None
    instance: int = 1
    layout: Layout = field(default_factory=Layout)
    exponents: Mapping[int, int] = field(default_factory=dict)
    common: Common | None = None

    @property
    def size(self) -> int:
        """Registers of the model with its header."""
        return HEADER + self.length

    @property
    def label(self) -> str:
        """What the model is about."""
        return self.model.label if self.model is not None else "unknown model"

    @property
    def tag(self) -> str:
        """The id, with the instance where it is not the first: ``203``, ``203#2``."""
        return str(self.id) if self.instance == 1 else f"{self.id}#{self.instance}"

    def __str__(self) -> str:
        return f"{self.tag} {self.label} at {self.start}, {self.length} registers"


@dataclass(frozen=True, slots=True)
class SunSpecPoint:
    """One point of a device: ``name`` is harmonised over all maps, ``sunspec`` is such as ``103.W``."""

    name: str
    sunspec: str
    quantity: str
    phase: str
    found: FoundModel
    field: Field

    @property
    def label(self) -> str:
        """What SunSpec calls it."""
        return self.field.definition.label

    @property
    def unit(self) -> str:
        """Its unit of measure as people read it, empty for none."""
        return self.field.definition.pretty_unit

    @property
    def exponent(self) -> int | None:
        """Its scale factor as it stood when the chain was walked, None where that was not looked at."""
        scale = self.field.scale_offset
        return None if scale is None else self.found.exponents.get(scale)

    @property
    def point(self) -> Point:
        """Where it lies and how it is decoded."""
        return self.field.point(self.found.start, self.name, self.quantity, self.exponent)

    def matches(self, pattern: str) -> bool:
        """Whether one of its two names is or fits a pattern."""
        return pattern in (self.name, self.sunspec) or any(
            fnmatchcase(name, pattern) for name in (self.name, self.sunspec)
        )


@dataclass(frozen=True)
class SunSpecDevice:
    """The chain of models from ``base`` on, in order; ``faults`` are what is broken about it, in words."""

    base: int
    models: tuple[FoundModel, ...]
    faults: tuple[str, ...] = ()

    @property
    def common(self) -> Common | None:
        """Who the device is; of several common models the first."""
        return next((found.common for found in self.models if found.common is not None), None)

    @property
    def unknown(self) -> tuple[FoundModel, ...]:
        """The models whose ids are not known."""
        return tuple(found for found in self.models if found.model is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd about single models, and what is broken about the chain."""
        odd = [f"model {found.tag}: {found.layout.note}" for found in self.models if found.layout.note]
        return (*odd, *self.faults)

    @cached_property
    def points(self) -> Mapping[str, SunSpecPoint]:
        """Every point that says something about the plant, by its harmonised name, in the order of the chain."""
        namer = self._namer
        points: dict[str, SunSpecPoint] = {}
        for place, found in enumerate(self.models):
            for one in found.layout.fields:
                if one.is_value:
                    named: Named = namer.name(place, one.path)
                    points[named.name] = SunSpecPoint(
                        named.name, f"{found.tag}.{one.path}", named.quantity, named.phase, found, one
                    )
        return points

    def select(self, *patterns: str) -> list[SunSpecPoint]:
        """The points that names or globs mean, each once, in the order of the chain; all without any.

        A name is the harmonised one (``active_power_total``) or SunSpec's (``103.W``, ``160.module.1.*``).
        Raises UsageError for a pattern that fits none.
        """
        if not patterns:
            return list(self.points.values())
        chosen: dict[str, SunSpecPoint] = {}
        for pattern in patterns:
            found = [point for point in self.points.values() if point.matches(pattern)]
            if not found:
                raise UsageError(f"this SunSpec device has no point {pattern!r}; it has {self._some()}")
            chosen.update((point.name, point) for point in found)
        return [point for point in self.points.values() if point.name in chosen]

    @property
    def category(self) -> str:
        """What kind of product it is: an inverter, a meter, a battery, a sensor, other."""
        return self._namer.category

    @property
    def _namer(self) -> Namer:
        return Namer([(found.id, found.model) for found in self.models])

    def find(self, model_id: int) -> FoundModel | None:
        """The first model with an id, None where there is none."""
        return next((found for found in self.models if found.id == model_id), None)

    def _some(self) -> str:
        names: Iterator[str] = iter(self.points)
        listed = [name for name, _ in zip(names, range(8), strict=False)]
        return ", ".join(listed) + (", ..." if len(self.points) > 8 else "") if listed else "none"
