"""The compiled index of a library: one file, its first line a table of contents, then one line per map."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from port502.errors import ConfigError, Port502Error
from port502.registers.maps.compiled import FORMAT, dump_map, parse_map
from port502.registers.maps.model import DeviceMap

Compiler = Callable[[Path], DeviceMap]
"""Reads the source of one map; raises ConfigError when it has a fault."""


@dataclass(frozen=True, slots=True)
class MapSummary:
    """What a list shows of a map, without loading it; ``points`` is their number, ``phases`` 0, 1 or 3."""

    name: str
    manufacturer: str
    models: tuple[str, ...]
    category: str
    status: str
    points: int
    quantities: tuple[str, ...]
    phases: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One map in an index: its summary, where its line stands, and the source that it was made from.

    ``fault`` is why the source gives no map, empty where it does.
    """

    summary: MapSummary
    at: int
    size: int
    source_size: int
    source_crc: int
    fault: str = ""


class Index:
    """An index in memory: its table of contents; lines are read when they are wanted."""

    def __init__(self, path: Path, entries: Mapping[str, Entry], start: int, status: os.stat_result) -> None:
        self.path = path
        self.entries = entries
        self._start = start
        self._made = status.st_mtime
        self._identity = _identity(status)

    def line(self, entry: Entry) -> bytes:
        """The compiled map of an entry, from the file as it is now: another process may have made it anew."""
        with self.path.open("rb") as file:
            if _identity(os.fstat(file.fileno())) == self._identity:
                file.seek(self._start + entry.at)
                return file.read(entry.size)
        anew = read_index(self.path)
        name = entry.summary.name
        if anew is None or name not in anew.entries:
            raise ConfigError(f"{name} is not in the library's index any more ({self.path})")
        if anew.entries[name].fault:
            raise ConfigError(anew.entries[name].fault)
        return anew.line(anew.entries[name])

    def load(self, name: str) -> DeviceMap:
        """The map of a name; raises ConfigError where its source has faults."""
        entry = self.entries[name]
        if entry.fault:
            raise ConfigError(entry.fault)
        return parse_map(self.line(entry))

    def is_current(self, name: str, source: Path) -> bool:
        """Whether a source is still what its map was made from."""
        entry = self.entries.get(name)
        try:
            status = source.stat()
        except OSError:
            return entry is None
        if entry is None or entry.fault or status.st_size != entry.source_size:
            return False
        return status.st_mtime <= self._made or crc_of(source) == entry.source_crc


def read_index(path: Path) -> Index | None:
    """The index in a file; None where there is none of this format."""
    try:
        with path.open("rb") as file:
            head = file.readline()
            status = os.fstat(file.fileno())
        content = json.loads(head)
        if content["format"] != FORMAT:
            return None
        entries = {name: _entry(name, row) for name, row in content["maps"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Index(path, entries, len(head), status)


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_mtime_ns, status.st_size


def crc_of(source: Path) -> int:
    """A number that changes when the content of a file does."""
    return zlib.crc32(source.read_bytes())


def make_index(sources: Iterable[tuple[str, Path]], compiler: Compiler, before: Index | None = None) -> bytes:
    """The content of an index of some sources; what ``before`` holds of an unchanged source is taken over.

    A source with faults, or with another name than its place says, is kept as its fault.
    """
    rows: dict[str, list[Any]] = {}
    lines: list[bytes] = []
    at = 0
    for name, source in sources:
        data = source.read_bytes()
        known = before.entries.get(name) if before is not None else None
        crc = zlib.crc32(data)
        if before is not None and known is not None and not known.fault and known.source_crc == crc:
            line, summary, fault = before.line(known), known.summary, ""
        else:
            line, summary, fault = _compiled(name, source, compiler)
        rows[name] = [*_row(summary), at, len(line), len(data), crc, fault]
        lines.append(line)
        at += len(line) + 1
    head = json.dumps({"format": FORMAT, "maps": rows}, ensure_ascii=False, separators=(",", ":"))
    return b"\n".join([head.encode(), *lines, b""])


def _compiled(name: str, source: Path, compiler: Compiler) -> tuple[bytes, MapSummary, str]:
    nothing = MapSummary(name, "", (), "other", "single-source", 0, ())
    try:
        device_map = compiler(source)
    except Port502Error as error:
        return b"", nothing, str(error)
    if device_map.name != name:
        return b"", nothing, f"{source}: is named {device_map.name!r}, and stands where {name!r} belongs"
    return dump_map(device_map).encode(), summary_of(device_map), ""


def summary_of(device_map: DeviceMap) -> MapSummary:
    """What a list shows of a map."""
    phases = {one.phase for one in device_map.points.values()}
    return MapSummary(
        device_map.name,
        device_map.manufacturer,
        device_map.models,
        device_map.category,
        device_map.status,
        len(device_map.points),
        device_map.quantities(),
        3 if "l3" in phases else 1 if phases & {"l1", "total"} else 0,
    )


def _row(summary: MapSummary) -> list[Any]:
    return [
        summary.manufacturer,
        summary.models,
        summary.category,
        summary.status,
        summary.points,
        summary.quantities,
        summary.phases,
    ]


def _entry(name: str, row: list[Any]) -> Entry:
    manufacturer, models, category, status, points, quantities, phases, *place = row
    summary = MapSummary(
        name, manufacturer, tuple(models), category, status, points, tuple(quantities), phases
    )
    return Entry(summary, *place)
