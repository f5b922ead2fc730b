"""A device map in memory: the points of a product with all their meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from port502.errors import UsageError
from port502.registers.maps.categories import CATEGORIES, Capabilities, capabilities_of
from port502.registers.maps.conditions import Condition
from port502.registers.maps.fingerprint import Fingerprint
from port502.registers.maps.write_rule import WriteRule
from port502.registers.planner import Limits
from port502.registers.point import Point

__all__ = ["INTERVALS", "STATUSES", "Condition", "DeviceMap", "MapPoint", "Provenance", "Repeat", "WriteRule"]

STATUSES = ("verified", "corroborated", "single-source")
INTERVALS: dict[str, float] = {"fast": 1.0, "normal": 5.0, "slow": 60.0, "static": 3600.0}
"""Seconds between reads of each poll class, where nobody says otherwise."""

PHASES = ("l1", "l2", "l3", "n", "l1_l2", "l2_l3", "l3_l1", "total", "average")


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One point of a map: ``point`` says where it lies and how it is decoded, the rest what more is known.

    ``unit`` is the UCUM code (``point.unit`` is what people read). ``poll`` is a poll class, ``phase`` a phase where
    it belongs to one. ``rollover`` is the value after which a counter starts again. ``group`` and ``index`` (from 1)
    tell of a repeat that it belongs to; ``sign`` and ``note`` are words for people.
    """

    point: Point
    unit: str = ""
    poll: str = "normal"
    phase: str = ""
    sign: str = ""
    note: str = ""
    rollover: float | None = None
    write: WriteRule | None = None
    when: Condition | None = None
    group: str = ""
    index: int = 0

    @property
    def name(self) -> str:
        """Its name, unique in the map."""
        return self.point.name

    @property
    def quantity(self) -> str:
        """What it measures, a word of the closed vocabulary; empty where that is not known."""
        return self.point.quantity

    @property
    def interval(self) -> float:
        """Seconds between reads where nobody says otherwise."""
        return INTERVALS[self.poll]

    @property
    def writable(self) -> bool:
        """Whether the map lets it be written."""
        return self.write is not None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A group of points that comes several times: at most ``count``, ``stride`` registers apart.

    ``count_register`` is the point that holds how often the device really has it, empty for always all.
    """

    name: str
    count: int
    stride: int
    count_register: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the facts of a map come from."""

    source: str
    licence: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class DeviceMap:
    """All that is known about the registers of a product family.

    ``points`` by name hold every repetition of every repeat. ``own_capabilities`` are what the map says,
    ``capabilities`` adds what its category lets expect. Raises UsageError for contradictions.
    """

    name: str
    points: Mapping[str, MapPoint]
    manufacturer: str = ""
    models: tuple[str, ...] = ()
    category: str = "other"
    status: str = "single-source"
    order: str = "abcd"
    default_unit: int = 1
    default_port: int = 502
    own_capabilities: Capabilities = field(default_factory=Capabilities)
    fingerprint: Fingerprint = ()
    repeats: tuple[Repeat, ...] = ()
    provenance: tuple[Provenance, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.category not in CATEGORIES:
            raise UsageError(f"{self.name}: no category {self.category!r}; there are {', '.join(CATEGORIES)}")
        if self.status not in STATUSES:
            raise UsageError(f"{self.name}: no status {self.status!r}; there are {', '.join(STATUSES)}")

    @classmethod
    def of(cls, name: str, points: Iterable[MapPoint | Point], **rest: object) -> DeviceMap:
        """A map made in code from its points; raises UsageError when two of them have the same name."""
        found: dict[str, MapPoint] = {}
        for one in points:
            made = one if isinstance(one, MapPoint) else MapPoint(one)
            if made.name in found:
                raise UsageError(f"{name}: two points are called {made.name!r}")
            found[made.name] = made
        return cls(name, found, **rest)  # type: ignore[arg-type]

    @property
    def capabilities(self) -> Capabilities:
        """What the device can take: what the map says, else what its category lets expect."""
        return self.own_capabilities.or_else(capabilities_of(self.category))

    @property
    def limits(self) -> Limits:
        """What one read of the device may ask for."""
        return self.capabilities.limits()

    def point(self, name: str) -> MapPoint:
        """The point of a name; raises UsageError, with the nearest names, when there is none."""
        found = self.points.get(name)
        if found is None:
            raise UsageError(f"{self.name} has no point {name[:60]!r}{_nearest(name, self.points)}")
        return found

    def select(self, *patterns: str) -> list[MapPoint]:
        """The points that names and globs mean, each once, in the order of the map; all without any.

        Raises UsageError for a pattern that means none.
        """
        if not patterns:
            return list(self.points.values())
        wanted: set[str] = set()
        for pattern in patterns:
            if pattern in self.points:
                wanted.add(pattern)
                continue
            found = {name for name in self.points if fnmatchcase(name, pattern)}
            if not found:
                raise UsageError(f"{self.name} has no point {pattern[:60]!r}{_nearest(pattern, self.points)}")
            wanted |= found
        return [one for name, one in self.points.items() if name in wanted]

    def present(
        self, model: str | None = None, firmware: str | None = None, counts: Mapping[str, int] | None = None
    ) -> tuple[MapPoint, ...]:
        """The points that a device of this model and firmware has; ``counts`` says how often each repeat is there.

        What is None or not named is not known, and excludes nothing.
        """
        counts = counts or {}
        return tuple(
            one
            for one in self.points.values()
            if (one.when is None or one.when.holds(model, firmware))
            and (not one.group or one.index <= counts.get(one.group, one.index))
        )

    def concrete(
        self, model: str | None = None, firmware: str | None = None, counts: Mapping[str, int] | None = None
    ) -> tuple[Point, ...]:
        """The same as ``present``, as plain points ready for the planner."""
        return tuple(one.point for one in self.present(model, firmware, counts))

    def renamed(self, name: str) -> DeviceMap:
        """The same map under another name."""
        return replace(self, name=name)

    def quantities(self) -> tuple[str, ...]:
        """What it measures, each quantity once, in alphabetical order."""
        return tuple(sorted({one.quantity for one in self.points.values() if one.quantity}))


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    names: Sequence[str] = list(known)
    close = get_close_matches(name[:60], names, 3, 0.5)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; it has {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else ""
