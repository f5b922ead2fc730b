"""Devices of a site file that have a map: which of its points are read, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from port502.collect.settings import ConnectionSettings, PointSettings, WriteRule
from port502.errors import Port502Error
from port502.registers.maps.categories import Capabilities
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.naming import is_file_name, own_path
from port502.site.document import Document
from port502.site.faults import Fault, KeyPath
from port502.site.groups import group_of
from port502.site.model import Connection, Device, PointEntry
from port502.site.points import Entry, meaning_faults

SETTING_KEYS = frozenset(("interval", "deadband", "stale", "write"))
"""What a site file may say of a point that its map describes."""


@dataclass(slots=True)
class Mapped:
    """The points that a device has from its map: those ``read``, each with what the site file says of it.

    ``own`` are points that the site file describes itself, ``file`` is the map's where it is no map of the library.
    """

    map: DeviceMap | None = None
    read: list[tuple[MapPoint, PointEntry | None]] = field(default_factory=list)
    own: list[Entry] = field(default_factory=list)
    file: Path | None = None

    @property
    def names(self) -> list[str]:
        """The points that are read."""
        return [one.name for one, _ in self.read]


def mapped_points(
    device: Device, entries: Iterable[Entry], document: Document, path: KeyPath
) -> tuple[Mapped, list[Fault]]:
    """The points of a device's map that are read: those in its groups and those named, all where it has no groups.

    They are in the order of the groups, or of the map where there are none. ``own`` are the entries that describe
    points themselves. Without a map those are all.
    """
    if device.map is None:
        return Mapped(own=list(entries)), []
    try:
        known = Library.default().load(device.map, document.path.parent)
    except Port502Error as error:
        return Mapped(own=[one for one in entries if _describes(one)]), [
            document.fault((*path, "map"), str(error))
        ]
    mapped = Mapped(known)
    if is_file_name(device.map):
        mapped.file = own_path(device.map, document.path.parent)
    said: dict[str, Entry] = {}
    faults: list[Fault] = []
    for entry in entries:
        if entry.name in known.points and not _describes(entry):
            said[entry.name] = entry
            faults += _setting_faults(entry, known.points[entry.name])
        else:
            mapped.own.append(entry)
    own = {entry.name for entry in mapped.own}
    grouped = list(group_of(device.groups, list(known.points)) if device.groups else known.points)
    for name in dict.fromkeys((*grouped, *said)):
        if name not in own:
            mapped.read.append((known.points[name], said[name].model if name in said else None))
    return mapped, faults


def mapped_settings(point: MapPoint, said: PointEntry | None, interval: float) -> PointSettings:
    """What the collector is told about a point of a map."""
    write = point.write
    if said is not None and said.write is not None:
        write = replace(
            write or WriteRule(),
            minimum=said.write.min,
            maximum=said.write.max,
            critical=said.write.critical,
        )
    return PointSettings(
        point.name,
        point.point,
        interval,
        said.deadband if said is not None else 0.0,
        said.stale if said is not None else None,
        write,
    )


def more_settings(mapped: Mapped) -> tuple[PointSettings, ...]:
    """The points of the map that nobody polls, but that can be read and written by name."""
    if mapped.map is None:
        return ()
    known = {*mapped.names, *(entry.name for entry in mapped.own)}
    return tuple(
        mapped_settings(point, None, point.interval)
        for name, point in mapped.map.points.items()
        if name not in known
    )


def unit_of(device: Device, known: DeviceMap | None) -> int:
    """The unit id of a device: what the file says, else the one its map knows as usual."""
    return device.unit if known is None or "unit" in device.model_fields_set else known.default_unit


def limits_for(device: Device, known: DeviceMap | None) -> dict[str, int]:
    """What one read of a device may ask for: what the file says, else the default, lowered to what the map says."""
    limits = {key: int(getattr(device, key)) for key in ("max_registers", "max_bits", "gap")}
    if known is None:
        return limits
    own = known.capabilities
    return {
        key: value
        if key in device.model_fields_set or getattr(own, key) is None
        else min(value, getattr(own, key))
        for key, value in limits.items()
    }


def suited(
    settings: ConnectionSettings, connection: Connection, capabilities: Sequence[Capabilities]
) -> ConnectionSettings:
    """A connection's settings made to suit what its devices can take, where the file itself does not say."""
    if not capabilities:
        return settings
    changes: dict[str, object] = {}
    for key in ("pause", "settle", "response_timeout"):
        wanted = [value for one in capabilities if (value := getattr(one, key)) is not None]
        if wanted and key not in connection.model_fields_set:
            changes[key] = max(*wanted, getattr(settings, key))
    if "tolerate" not in connection.model_fields_set:
        changes["tolerate"] = settings.tolerate.union(*(one.tolerate for one in capabilities))
    return replace(settings, **changes)  # type: ignore[arg-type]


def maps_on(
    connection: str, devices: Mapping[str, Device], maps: Mapping[str, DeviceMap]
) -> list[Capabilities]:
    """What the devices on a connection can take, as far as maps tell."""
    return [
        maps[name].own_capabilities
        for name, device in devices.items()
        if device.connection == connection and name in maps
    ]


def _describes(entry: Entry) -> bool:
    return entry.model.ref is not None or entry.model.expression is not None


def _setting_faults(entry: Entry, point: MapPoint) -> list[Fault]:
    faults = [
        entry.fault(key, "is said by the map", "write 'ref' too to describe a point of your own")
        for key in sorted(entry.model.model_fields_set - SETTING_KEYS)
    ]
    return faults + meaning_faults(entry, point.point)
