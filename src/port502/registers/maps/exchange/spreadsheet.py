"""A map as a sheet: CSV with the columns that a sheet of a site file has."""

from __future__ import annotations

import csv
import io

from port502.registers.maps.exchange.plain import plain_points
from port502.registers.maps.model import DeviceMap, MapPoint

COLUMNS = ("name", "ref", "type", "order", "length", "scale", "offset", "unit", "quantity", "write")


def to_csv(known: DeviceMap) -> tuple[str, list[str]]:
    """The sheet, and the names of the points that it cannot hold."""
    points, others = plain_points(known)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in points:
        writer.writerow(_cells(one))
    return out.getvalue(), others


def _cells(one: MapPoint) -> list[object]:
    point = one.point
    return [
        point.name,
        point.reference.protocol_form + (f"*{point.count}" if point.count > 1 else ""),
        "" if point.table.is_bits else point.type,
        "" if point.order == "abcd" else point.order,
        point.length or "",
        "" if point.scale == 1 else repr(point.scale),
        repr(point.offset) if point.offset else "",
        point.unit,
        point.quantity,
        _limits(one),
    ]


def _limits(one: MapPoint) -> str:
    rule = one.write
    if rule is None or (rule.minimum is None and rule.maximum is None):
        return "" if rule is None else ".."
    low, high = ("" if limit is None else f"{limit:g}" for limit in (rule.minimum, rule.maximum))
    return f"{low}..{high}"
