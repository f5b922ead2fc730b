"""Which unit id of a listener is which unit of which bus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from port502.errors import UsageError

LAST = 255


@dataclass(frozen=True, slots=True)
class Route:
    """The unit ids from ``first`` to ``last`` are on ``bus``, where they are ``offset`` higher."""

    first: int
    last: int
    bus: str
    offset: int = 0

    def __str__(self) -> str:
        units = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{units} → {self.bus}" + (f" {self.offset:+d}" if self.offset else "")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of a bus."""

    bus: str
    unit: int


class RoutingTable:
    """Unit ids of a listener to units of buses.

    Raises UsageError for a unit id that leads to two places, for a place that two unit ids lead to (nobody could
    tell whose reply it is), and for ids that are none: 1-255 on both sides.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._places: list[Place | None] = [None] * (LAST + 1)
        taken: dict[Place, int] = {}
        for route in self.routes:
            for unit in _units_of(route):
                place = Place(route.bus, unit + route.offset)
                if self._places[unit] is not None:
                    raise UsageError(f"unit {unit} leads to two places: {self._places[unit]} and {place}")
                if place in taken:
                    raise UsageError(
                        f"units {taken[place]} and {unit} both lead to unit {place.unit} of {place.bus}:"
                        " give each unit of a bus one id only"
                    )
                taken[place] = unit
                self._places[unit] = place
        if not taken:
            raise UsageError("no unit id leads anywhere: give at least one route")

    def find(self, unit: int) -> Place | None:
        """Where a unit id leads; None: nowhere."""
        return self._places[unit]

    @property
    def buses(self) -> tuple[str, ...]:
        """The buses of all routes, each once."""
        return tuple(dict.fromkeys(route.bus for route in self.routes))


def routes_to(bus: str, units: str, offset: int = 0) -> list[Route]:
    """The routes of a text such as ``1-16``, ``1,3,20-30`` or ``17-32=1-16``, which are other ids on the bus.

    Raises UsageError for anything else.
    """
    routes = []
    for part in units.split(","):
        here, equals, there = part.partition("=")
        first, last = _range(here, units)
        moved = offset
        if equals:
            begin, end = _range(there, units)
            if end - begin != last - first:
                raise UsageError(f"{part.strip()!r}: there are not as many units on both sides")
            moved += begin - first
        routes.append(Route(first, last, bus, moved))
    return routes


def _range(text: str, units: str) -> tuple[int, int]:
    first, dash, last = (piece.strip() for piece in text.partition("-"))
    if not _is_unit(first) or (dash and not _is_unit(last)):
        raise UsageError(
            f"{units!r} names no unit ids (write 7, 1-16, 1,3,20-30 or 17-32=1-16; ids are 1-{LAST})"
        )
    return int(first), int(last or first)


def _is_unit(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= LAST


def _units_of(route: Route) -> Iterator[int]:
    first, last = route.first, route.last
    if not 1 <= first <= last <= LAST:
        raise UsageError(f"{route}: unit ids are 1-{LAST}, the first not behind the last")
    if not 1 <= first + route.offset <= last + route.offset <= LAST:
        raise UsageError(f"{route}: the offset leads out of the unit ids 1-{LAST}")
    yield from range(first, last + 1)
