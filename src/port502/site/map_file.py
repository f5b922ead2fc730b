"""The device map file: from the file to a map in memory, with all its faults and doubts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from port502.registers.maps.categories import Capabilities
from port502.registers.maps.lints import lint
from port502.registers.maps.model import DeviceMap, MapPoint, Provenance, Repeat
from port502.registers.reference import HIGHEST_ADDRESS
from port502.site.document import Document, read_document
from port502.site.faults import ERROR, WARNING, Fault, SiteFileError, in_order, nearest
from port502.site.map_fingerprint import fingerprint_of
from port502.site.map_model import CapabilitiesSection, MapFile, MapPointEntry, entry_of
from port502.site.map_points import Builder, Place
from port502.site.validate import validated

FALLBACK = {"map": "unnamed/unnamed", "manufacturer": "unknown", "category": "other"}


def load_map(path: str | Path, environment: Mapping[str, str] | None = None) -> DeviceMap:
    """The map in a file; raises SiteFileError with all faults: a map with a fault never loads half."""
    device_map, faults = understand_map(read_document(Path(path), environment))
    if device_map is None:
        raise SiteFileError(faults)
    return device_map


def understand_map(document: Document) -> tuple[DeviceMap | None, tuple[Fault, ...]]:
    """The map of a document and its faults in order; no map when one of them is an error."""
    faults = list(document.faults)
    if not isinstance(document.data, dict):
        return None, in_order(
            faults or [document.fault((), "is no device map", "begin with 'map: MAKER/FAMILY'")]
        )
    file, found = validated(MapFile, document.data, document, fallback=FALLBACK, entry=entry_of)
    faults += found
    if file is None:
        return None, in_order(faults)
    builder = Builder(file, document)
    points = _points(file, builder)
    faults += builder.faults
    fingerprint, found = fingerprint_of(file.fingerprint, document)
    faults += found
    if any(fault.severity == ERROR for fault in faults):
        return None, in_order(faults)
    device_map = DeviceMap(
        name=file.map,
        points=points,
        manufacturer=file.manufacturer,
        models=tuple(file.models),
        category=file.category,
        status=file.status,
        order=file.byte_order,
        default_unit=file.default_unit,
        default_port=file.default_port,
        own_capabilities=_capabilities(file.capabilities),
        fingerprint=fingerprint,
        repeats=tuple(
            Repeat(name, one.count, one.stride, one.count_register or "")
            for name, one in file.repeats.items()
        ),
        provenance=tuple(
            Provenance(one.source, one.licence or "", one.page or "") for one in file.provenance
        ),
        notes=tuple(file.notes),
    )
    for doubt in lint(device_map):
        place = builder.places.get(doubt.point, ())
        faults.append(document.fault(place, doubt.message, severity=WARNING, at_key=True))
    return device_map, in_order(faults)


def _points(file: MapFile, builder: Builder) -> dict[str, MapPoint]:
    """All points, those of repeats under their own names; what is faulty is left out and noted."""
    scales = {name: builder.scale_point(one) for name, one in file.points.items()}
    points: dict[str, MapPoint] = {}
    for name, entry in file.points.items():
        builder.add(points, Place(("points", name), name), entry, scales)
    for repeat, group in file.repeats.items():
        path = ("repeats", repeat)
        if group.count_register is not None and group.count_register not in file.points:
            hint = nearest(group.count_register, file.points)
            builder.complain((*path, "count_register"), f"no point is called {group.count_register!r}", hint)
        last = max(one.ref.address for one in group.points.values()) + (group.count - 1) * group.stride
        if last > HIGHEST_ADDRESS:
            builder.complain(
                (*path, "count"), f"the last of {group.count} lies at address {last}, beyond the end"
            )
            continue
        for index in range(group.count):
            shift = index * group.stride
            mine = scales | {name: builder.scale_point(one, shift) for name, one in group.points.items()}
            for name, entry in group.points.items():
                place = Place(
                    (*path, "points", name), f"{repeat}_{index + 1}_{name}", repeat, index + 1, shift
                )
                builder.add(points, place, _conditional(entry, group.when), mine)
    return points


def _conditional(entry: MapPointEntry, when: object) -> MapPointEntry:
    return entry if when is None or entry.when is not None else entry.model_copy(update={"when": when})


def _capabilities(section: CapabilitiesSection) -> Capabilities:
    known = section.model_dump(exclude_none=True)
    return Capabilities(**{**known, "tolerate": tuple(section.tolerate)})
