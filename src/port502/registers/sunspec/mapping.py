"""A SunSpec device as a device map: polled, shown and written as any other product."""

from __future__ import annotations

import re

from port502.registers.maps.categories import Capabilities
from port502.registers.maps.model import DeviceMap, MapPoint, Provenance
from port502.registers.maps.write_rule import WriteRule
from port502.registers.meaning import HIGHEST_EXPONENT
from port502.registers.planner import Limits
from port502.registers.point import Point
from port502.registers.sunspec.device import Common, SunSpecDevice, SunSpecPoint
from port502.registers.sunspec.kinds import Role
from port502.registers.sunspec.model import COMMON_ID

NAME = "sunspec"
"""The name of the map that a device makes of itself."""

PROVENANCE = Provenance("github.com/sunspec/models", "Apache-2.0")

NEAR = 32
"""Registers between which a scale factor is read along, in models too long to be read at once anyway."""

RATINGS = frozenset((COMMON_ID, 120, 121, 702))
"""Models that say what a device is and was made for, which does not change."""


def map_of(device: SunSpecDevice, max_registers: int = 125) -> DeviceMap:
    """All points of a device that a plain read of at most ``max_registers`` can fetch.

    A scale factor too far from its point to be read along with it stands as it was when the chain was walked.
    Network addresses, texts longer than a read, and points whose scale factor is neither near nor known are left
    out; the notes say how many.
    """
    most = min(max_registers, Limits().max_registers)
    points = []
    left_out = 0
    for one in device.points.values():
        point = _point(one, most)
        if point is None:
            left_out += 1
        else:
            points.append(_map_point(one, point))
    common = device.common
    notes = [str(found) for found in device.models] + list(device.notes)
    if left_out:
        notes.append(f"{left_out} points cannot be polled and were left out")
    return DeviceMap.of(
        NAME,
        points,
        manufacturer=common.manufacturer if common is not None else "",
        models=(common.model,) if common is not None and common.model else (),
        category=device.category,
        status="verified",
        own_capabilities=Capabilities(max_registers=max_registers if max_registers < 125 else None),
        provenance=(PROVENANCE,),
        notes=tuple(notes),
    )


def file_name(common: Common | None) -> str:
    """What the map of such a device is called once it is kept in a file: ``sunspec/acme-sun-10``."""
    said = f"{common.manufacturer} {common.model}" if common is not None else ""
    return f"{NAME}/{re.sub('[^a-z0-9]+', '-', said.lower()).strip('-') or 'device'}"


def _point(one: SunSpecPoint, most: int) -> Point | None:
    """The point, None where it cannot be polled."""
    field = one.field
    if field.definition.kind.role is Role.ADDRESS or field.definition.size > most:
        return None
    point = one.point
    if field.scale_offset is None or point.meaning is None or point.meaning.scale_register is None:
        return point
    first = min(field.offset, field.scale_offset)
    reach = max(field.end, field.scale_offset + 1) - first
    if reach <= (most if one.found.size <= most else min(NEAR, most)):
        return point
    exponent = one.exponent
    return None if exponent is None or abs(exponent) > HIGHEST_EXPONENT else point.scaled(exponent)


def _map_point(one: SunSpecPoint, point: Point) -> MapPoint:
    what = one.field.definition
    return MapPoint(
        point,
        unit=what.unit,
        poll=_poll(one),
        phase=one.phase,
        note=f"SunSpec {one.sunspec}: {what.label}",
        rollover=_rollover(one),
        write=WriteRule() if what.writable else None,
    )


def _poll(one: SunSpecPoint) -> str:
    if one.found.id in RATINGS:
        return "static"
    return "slow" if one.field.definition.writable else "normal"


def _rollover(one: SunSpecPoint) -> float | None:
    """The highest value of a counter, in its unit, None where its scale is not known."""
    steps = one.field.definition.kind.rollover
    scale = one.field.definition.scale
    exponent = scale if isinstance(scale, int) else one.exponent if scale is not None else 0
    if not steps or exponent is None or abs(exponent) > HIGHEST_EXPONENT:
        return None
    factor: int = 10 ** abs(exponent)
    return (steps - 1) * factor if exponent >= 0 else (steps - 1) / factor
