"""The library of device maps as the dashboard and the API show it: summaries, points, CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from port502.errors import UsageError
from port502.history.export import safe_text
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.naming import check_map_name, is_file_name
from port502.registers.maps.words import place_of, remarks, type_of

COLUMNS = ("point", "ref", "reference", "type", "unit", "quantity", "remarks")


@dataclass(frozen=True, slots=True)
class Row:
    """One point of a map in words: ``ref`` counts from 0, ``reference`` is its number as manuals have it."""

    point: str
    ref: str
    reference: str
    type: str
    unit: str
    quantity: str
    remarks: str


def map_of(name: str) -> DeviceMap:
    """A map of the library; raises UsageError for a name that is none, or a file."""
    if is_file_name(check_map_name(name)):
        raise UsageError(
            "files of this machine are none of the browser's business; name a map of the library"
        )
    return Library.default().load(name)


def row_of(one: MapPoint) -> Row:
    """A point in words."""
    point = one.point
    return Row(
        one.name,
        place_of(one),
        point.reference.reference_form,
        type_of(one),
        point.unit,
        one.quantity,
        "; ".join(remarks(one)),
    )


def rows_of(known: DeviceMap, words: str = "") -> list[Row]:
    """The points in whose name, place, unit or quantity all of some words stand."""
    wanted = words.lower().split()
    rows = [row_of(one) for one in known.points.values()]
    return [row for row in rows if all(word in _sought(row) for word in wanted)]


def _sought(row: Row) -> str:
    return " ".join((row.point, row.ref, row.reference, row.unit, row.quantity, row.type)).lower()


def csv_of(known: DeviceMap) -> str:
    """All points as CSV; text that a spreadsheet would run is made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in known.points.values():
        row = row_of(one)
        writer.writerow([safe_text(getattr(row, column)) for column in COLUMNS])
    return out.getvalue()
