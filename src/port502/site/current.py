"""The newest value of each point of a running site, with what a screen says about it; no device is asked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final

from port502.collect.latest import Current
from port502.collect.sample import BAD, Value
from port502.collect.settings import DeviceSettings, ExpressionSettings, PointSettings
from port502.site.build import Site

MOST: Final = 2000
"""Points of one answer; who wants more asks again, ``after`` the last one."""

NOT_COLLECTED: Final = "not read yet"


@dataclass(frozen=True, slots=True)
class CurrentPoint:
    """What is known of a point now: ``name`` is ``DEVICE.POINT``, ``ref`` where it is read, empty where it is computed.

    ``time`` is Unix seconds of the newest sample. Where that has no value, ``known`` is the last that was read.
    ``age`` is the seconds since the value, or the known one, was read, or since the sample where there is neither.
    ``registers`` are those that came last.
    """

    name: str
    connection: str
    device: str
    unit: int
    ref: str = ""
    type: str = ""
    unit_of_measure: str = ""
    value: Value = None
    quality: str = BAD
    reason: str = NOT_COLLECTED
    time: float = 0.0
    age: float = 0.0
    registers: tuple[int, ...] = ()
    known: Value = None


class Catalogue:
    """The points of a site by name, in the order of their names."""

    def __init__(self, site: Site) -> None:
        self.site = site
        found = {one.name: one for one in _points_of(site)}
        self._points = dict(sorted(found.items()))
        self._names = list(self._points)

    def current(
        self,
        look: Callable[[str], Current | None],
        wanted: Sequence[str] = (),
        after: str = "",
    ) -> tuple[CurrentPoint, ...]:
        """The points with these names or globs (none: all), at most ``MOST``, those behind ``after`` in order."""
        names = self._chosen(wanted, after)
        return tuple(_with(self._points[name], look(name)) for name in islice(names, MOST))

    def _chosen(self, wanted: Sequence[str], after: str) -> Iterable[str]:
        rest = self._names[bisect_right(self._names, after) :] if after else self._names
        if not wanted:
            return rest
        exact = frozenset(wanted) & self._points.keys()
        globs = [one for one in wanted if one not in exact]
        if not globs:
            return sorted(name for name in exact if name > after)
        return (name for name in rest if name in exact or any(fnmatchcase(name, glob) for glob in globs))


def _with(point: CurrentPoint, now: Current | None) -> CurrentPoint:
    if now is None:
        return point
    sample = now.sample
    return replace(
        point,
        value=sample.value,
        quality=sample.quality,
        reason=sample.reason,
        time=sample.time,
        age=now.age if now.known is None else now.known_age,
        registers=now.registers,
        known=now.known,
    )


def _points_of(site: Site) -> Iterator[CurrentPoint]:
    for connection in site.connections:
        for device in connection.devices:
            for one in device.points:
                yield _read(connection.name, device, one)
            for computed in device.expressions:
                yield _computed(connection.name, device, computed)


def _read(connection: str, device: DeviceSettings, settings: PointSettings) -> CurrentPoint:
    point = settings.point
    order = f":{point.order}" if point.order != "abcd" else ""
    return CurrentPoint(
        name=f"{device.name}.{settings.name}",
        connection=connection,
        device=device.name,
        unit=device.unit,
        ref=f"{point.table}:{point.address}",
        type=f"{point.type}{order}",
        unit_of_measure=point.unit,
    )


def _computed(connection: str, device: DeviceSettings, settings: ExpressionSettings) -> CurrentPoint:
    return CurrentPoint(
        name=f"{device.name}.{settings.name}",
        connection=connection,
        device=device.name,
        unit=device.unit,
        type="expression",
        unit_of_measure=settings.unit,
    )
