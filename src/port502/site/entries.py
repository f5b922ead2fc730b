"""All points of all devices of a site file, from the file itself and from sheets, with what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from port502.registers.point import Point
from port502.site.connections import device_link_faults
from port502.site.document import Document
from port502.site.faults import WARNING, Fault, SiteFileError
from port502.site.groups import group_faults
from port502.site.kinds import NameKind
from port502.site.mapped import Mapped, mapped_points
from port502.site.model import Device, PointEntry, SiteFile
from port502.site.points import Entry, overlaps, point_of
from port502.site.sheet import Sheet, read_sheet
from port502.site.validate import validated


@dataclass(slots=True)
class DevicePoints:
    """The points of one device: those ``read`` from registers, those of its map, and those ``computed``.

    ``names`` are all names of points in the file, also of faulty ones; ``complete`` is False where a sheet could
    not be read, so that nobody complains about names that may stand in it.
    """

    name: str
    read: list[tuple[Entry, Point]] = field(default_factory=list)
    computed: list[Entry] = field(default_factory=list)
    mapped: Mapped = field(default_factory=Mapped)
    names: list[str] = field(default_factory=list)
    sheet: Path | None = None
    complete: bool = True


def gather(file: SiteFile, document: Document) -> tuple[list[DevicePoints], list[Fault]]:
    """The points of every device, and all faults in them, in their groups and on their way to a connection."""
    gathered: list[DevicePoints] = []
    faults: list[Fault] = []
    for name, device in file.devices.items():
        points, found = _device_points(name, device, document)
        gathered.append(points)
        faults += found
        faults += device_link_faults(name, device, file, document)
    for name, written in _written_devices(document).items():
        if name not in file.devices:
            complete = "sheet" not in written and "map" not in written
            gathered.append(DevicePoints(name, names=_names(written), complete=complete))
    return gathered, faults


def _device_points(name: str, device: Device, document: Document) -> tuple[DevicePoints, list[Fault]]:
    path = ("devices", name)
    written = _written_devices(document).get(name, {})
    points = DevicePoints(name, names=_names(written))
    faults: list[Fault] = []
    entries = [
        Entry(name, point, model, document, (*path, "points", point))
        for point, model in device.points.items()
    ]
    if "sheet" in written:
        found, sheet_faults = _sheet_entries(points, device, document)
        entries += found
        faults += sheet_faults
    points.mapped, map_faults = mapped_points(device, entries, document, path)
    faults += map_faults
    known = points.mapped.map
    if device.map is not None and known is None:
        points.complete = False
    points.names += [name for name in points.mapped.names if name not in points.names]
    for entry in points.mapped.own:
        point, found_faults = point_of(entry)
        faults += found_faults
        if point is not None:
            points.read.append((entry, point))
        elif entry.model.expression is not None and not found_faults:
            points.computed.append(entry)
    faults += overlaps(points.read)
    if points.complete:
        names = points.names if known is None else [*points.names, *known.points]
        faults += group_faults(device, list(dict.fromkeys(names)), document, path)
        if not points.names:
            hint = "give it a 'map', 'points' or a 'sheet'"
            faults.append(document.fault(path, "has no points to read", hint, severity=WARNING, at_key=True))
    return points, faults


def _sheet_entries(
    points: DevicePoints, device: Device, document: Document
) -> tuple[list[Entry], list[Fault]]:
    """The points in a device's sheet; without a sheet that can be read the device is marked as incomplete."""
    path = ("devices", points.name, "sheet")
    points.complete = False
    if device.sheet is None:
        return [], []
    points.sheet = document.path.parent / device.sheet
    try:
        sheet = read_sheet(points.sheet)
    except SiteFileError as error:
        return [], [document.fault(path, "the sheet cannot be used"), *error.faults]
    points.complete = True
    entries: list[Entry] = []
    faults = list(sheet.faults)
    for name in sheet.points:
        if name in points.names:
            message = f"point {name!r} stands under 'points' of {points.name!r} already"
            faults.append(sheet.fault((name,), message, "give each its own name"))
            continue
        points.names.append(name)
        found, row_faults = _sheet_entry(points.name, name, sheet)
        faults += row_faults
        entries += found
    return entries, faults


def _sheet_entry(device: str, name: str, sheet: Sheet) -> tuple[list[Entry], list[Fault]]:
    try:
        NameKind().check(name)
    except ValueError as error:
        return [], [sheet.fault((name,), str(error))]
    model, faults = validated(PointEntry, sheet.points[name], sheet, (name,))
    usable = model is not None and not faults and name not in sheet.faulty
    return [Entry(device, name, model, sheet, (name,))] if usable and model is not None else [], faults


def _written_devices(document: Document) -> dict[str, dict[str, Any]]:
    """The devices as they stand in the file, faulty ones too."""
    devices = document.data.get("devices")
    if not isinstance(devices, dict):
        return {}
    return {name: device for name, device in devices.items() if isinstance(device, dict)}


def _names(written: dict[str, Any]) -> list[str]:
    points = written.get("points")
    return list(points) if isinstance(points, dict) else []
