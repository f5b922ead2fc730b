"""The site file that polls what was polled, from the servers themselves or from their replays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from port502.commission.learned.layout import Layout
from port502.commission.learned.lesson import Learnt, Lesson, Station
from port502.commission.learned.texts import comment, listed
from port502.discover.candidates import Candidate
from port502.site.connections import SERIAL_UNITS
from port502.site.durations import duration_text

_SHORT = 2.2
"""Intervals below this (seconds) leave no time for the usual wait of a second."""


def site_text(lesson: Lesson, *, replay: bool = False) -> str:
    """The text of ``site.yaml``; with ``replay`` that of the file that reads the replays instead."""
    lines = [comment(f"Learned from {', '.join(lesson.sources)}: read it before you use it.")]
    if replay:
        lines.append(
            comment("This one reads the replayed devices of plant.yaml; site.yaml reads the real ones.")
        )
    lines.append(f"site: learned{'-replay' if replay else ''}")
    if replay:
        lines.append("history: {path: data-replay/}")
    stations = [one for one in lesson.stations if any(_is_read(one, unit, replay) for unit in one.units)]
    here = [one for one in stations if (one.replay is not None if replay else one.is_plain)]
    lines += ["", "connections:" if here else "connections: {}"]
    lines += [f"  {one.name}: {_connection(one, replay)}" for one in here]
    if not replay:
        for one in stations:
            if not one.is_plain:
                lines.append(
                    f"  {comment(f'{one.url} is left out: it speaks {one.speech.transport.upper()}')}"
                )
    lines += ["", "devices:" if here else "devices: {}"]
    for station in here:
        for unit in station.units:
            if _is_read(station, unit, replay):
                lines += _device(station, unit)
    return "\n".join(lines) + "\n"


def _is_read(station: Station, one: Learnt, replay: bool) -> bool:
    """Whether it has points that a site can ask for: units 0 and 248-255 mean nobody in RTU."""
    reachable = station.scheme != "rtu+tcp" or one.unit.number in SERIAL_UNITS
    return reachable and one.layout.size > 0 and (one.is_replayable or not replay)


def _connection(station: Station, replay: bool) -> str:
    said = [f"url: {_url(str(station.replay) if replay else station.url)}"]
    if len(station.units) > 1 and not replay:
        said.append("gateway: true")
    fastest = min((one.layout.fastest for one in station.units if one.layout.size), default=0.0)
    wait = max(0.05, round(fastest * 0.4, 3))
    if fastest < _SHORT and (replay or 1.5 * station.slowest_ms / 1000 < wait):
        said.append(f"response_timeout: {duration_text(wait)}")
    return f"{{{', '.join(said)}}}"


def _url(url: str) -> str:
    return f'"{url}"'


def _device(station: Station, one: Learnt) -> Iterator[str]:
    """The lines of one device, what it is taken for before it."""
    layout = one.layout
    yield from (f"  {comment(words)}" for words in _remarks(one))
    yield f"  {one.name}:"
    yield f"    connection: {station.name}"
    yield f"    unit: {one.unit.number}"
    yield "    gap: 0"  # nothing is read that was not read before
    usual = Counter(point.interval for point in layout.raw).most_common(1)
    if usual:
        yield f"    interval: {duration_text(usual[0][0])}"
    if layout.map:
        yield f"    map: {layout.map}"
        yield "    groups:"
        for interval, names in layout.groups.items():
            yield f"      every-{duration_text(interval).replace('.', '_')}:"
            yield f"        interval: {duration_text(interval)}"
            yield f"        points: {listed(names, 10)}"
    if layout.raw:
        yield "    points:"
        yield from _raw(layout, usual[0][0])


def _raw(layout: Layout, usual: float) -> Iterator[str]:
    taken = {name for names in layout.groups.values() for name in names}
    for point in layout.raw:
        name = f"{point.name}_raw" if point.name in taken else point.name
        own = "" if point.interval == usual else f", interval: {duration_text(point.interval)}"
        yield f"      {name}: {{ref: {point.ref}{own}}}"


def _remarks(one: Learnt) -> list[str]:
    found: Candidate | None = one.likely
    if found is not None:
        return [f"{found.confidence}: {found.manufacturer} {found.product}", *found.evidence[:3]]
    if one.guesses:
        names = ", ".join(other.map or other.product for other in one.guesses[:3])
        return [f"may be {names}; name its map here, or its points"]
    return ["no map known: port502 maps search finds one, or name its points here"]
