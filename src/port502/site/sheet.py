"""Points from the sheet where engineers keep them: CSV or XLSX, one row per point, columns named as a point's keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from port502.site.faults import ERROR, Fault, KeyPath, SiteFileError, nearest
from port502.site.model import PointEntry
from port502.site.scalars import shown
from port502.site.sheet_rows import Row, csv_rows, xlsx_rows

NAME = "name"
COLUMNS = (NAME, *PointEntry.model_fields)
NUMBERS = ("scale", "offset", "deadband")

_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3},[0-9]{3}", re.ASCII)
_LIMITS = re.compile(r"(?P<min>[-+0-9.,eE]*)\s*\.\.\s*(?P<max>[-+0-9.,eE]*)", re.ASCII)

FORMULA_SIGNS = ("=", "@", "+", "-")
ADDRESS_HINT = "write 'ref' with 40108 (one-based) or holding:107 (zero-based)"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The points of a sheet by name, as plain values, with the row and column of each value."""

    path: Path
    points: dict[str, dict[str, Any]]
    faults: tuple[Fault, ...]
    rows: dict[str, int]
    columns: dict[str, int]
    faulty: frozenset[str] = frozenset()
    """Points with a cell that could not be read."""

    def fault(
        self, path: KeyPath, message: str, hint: str = "", *, severity: str = ERROR, at_key: bool = False
    ) -> Fault:
        """A fault about a point (its name), or about one of its values (its name and a column)."""
        row = self.rows.get(str(path[0]), 1) if path else 1
        key = str(path[1]) if len(path) > 1 else NAME
        return _fault(
            self.path, row, self.columns.get(key, 1), ".".join(map(str, path)), message, hint, severity
        )

    def hidden(self, path: KeyPath) -> bool:
        """Nothing in a sheet is a secret."""
        return False

    def unread(self, path: KeyPath) -> bool:
        """What could not be read is left out of the points."""
        return False


def read_sheet(path: Path) -> Sheet:
    """The points of a CSV or XLSX file; raises SiteFileError when it cannot be read as a sheet at all."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".tsv", ".txt", ".xlsx"):
        message, hint = f"{shown(suffix)} is no kind of sheet", "save it as .csv or .xlsx"
        raise SiteFileError([_fault(path, 0, 0, "", message, hint)])
    rows = xlsx_rows(path) if suffix == ".xlsx" else csv_rows(path)
    header = next(rows, None)
    if header is None:
        raise SiteFileError([_fault(path, 0, 0, "", "is empty", "begin with a row of column names")])
    return _Reader(path, header).read(rows)


class _Reader:
    """Turns rows into points; collects what is wrong instead of stopping at it."""

    def __init__(self, path: Path, header: Row) -> None:
        self._path = path
        self._faults: list[Fault] = []
        self._faulty: set[str] = set()
        self._comma_decimals = header.separator == ";"
        self._columns = self._understood(header)

    def read(self, rows: Iterator[Row]) -> Sheet:
        points: dict[str, dict[str, Any]] = {}
        places: dict[str, int] = {}
        if NAME in self._columns:
            for row in rows:
                if not any(cell.strip() for cell in row.cells):
                    continue
                name, point = self._point(row)
                if name in points:
                    message = f"point {name!r} stands already on row {places[name]}"
                    self._complain(row.number, NAME, name, message, "give each its own name")
                elif name:
                    points[name], places[name] = point, row.number
        faulty = frozenset(self._faulty)
        return Sheet(self._path, points, tuple(self._faults), places, self._columns, faulty)

    def _understood(self, header: Row) -> dict[str, int]:
        columns: dict[str, int] = {}
        for number, cell in enumerate(header.cells, 1):
            column = cell.strip().lower()
            if column in COLUMNS and column not in columns:
                columns[column] = number
            elif column:
                twice = column in columns
                message = "column stands there twice" if twice else f"unknown column {shown(cell.strip())}"
                hint = ADDRESS_HINT if column in ("address", "register") else nearest(column, COLUMNS)
                place = (header.number, number)
                self._faults.append(_fault(self._path, *place, column[:60], message, "" if twice else hint))
        if NAME not in columns:
            place = (header.number, 1)
            hint = f"columns are {', '.join(COLUMNS)}"
            self._faults.append(_fault(self._path, *place, "", "has no column 'name'", hint))
        return columns

    def _point(self, row: Row) -> tuple[str, dict[str, Any]]:
        cells = {key: self._cell(row, number) for key, number in self._columns.items()}
        name = cells[NAME]
        point: dict[str, Any] = {}
        for key, cell in cells.items():
            try:
                _refuse_formula(key, cell, row, self._columns[key])
                if cell and key != NAME:
                    point[key] = self._value(key, cell)
            except ValueError as error:
                self._faulty.add(name)
                self._complain(row.number, key, name, str(error))
        if not name:
            self._complain(row.number, NAME, "", "a point without a name")
        return name, point

    def _cell(self, row: Row, number: int) -> str:
        return row.cells[number - 1].strip() if number <= len(row.cells) else ""

    def _value(self, key: str, cell: str) -> Any:
        if key in NUMBERS:
            return self._number(cell)
        if key == "length":
            if not cell.isascii() or not cell.isdigit() or len(cell) > 4:
                raise ValueError(f"a number of registers expected, got {shown(cell)}")
            return int(cell)
        return self._limits(cell) if key == "write" else cell

    def _number(self, cell: str) -> float:
        if not _NUMBER.fullmatch(cell):
            raise ValueError(f"a number expected, got {shown(cell)}")
        if "," in cell:
            if not self._comma_decimals or _THOUSANDS.fullmatch(cell):
                raise ValueError(
                    f"{shown(cell)} can be read in two ways; write a decimal point, and no thousands"
                )
            cell = cell.replace(",", ".")
        return float(cell)

    def _limits(self, cell: str) -> dict[str, float]:
        if cell.lower() in ("yes", "true"):
            return {}
        match = _LIMITS.fullmatch(cell)
        if match is None:
            raise ValueError(f"limits such as 0..50, or yes, expected, got {shown(cell)}")
        return {key: self._number(limit) for key, limit in match.groupdict().items() if limit}

    def _complain(self, row: int, column: str, name: str, message: str, hint: str = "") -> None:
        path = f"{name}.{column}" if name and column != NAME else name
        self._faults.append(_fault(self._path, row, self._columns[column], path[:200], message, hint))


def _refuse_formula(key: str, cell: str, row: Row, number: int) -> None:
    """A formula is somebody's program; an expression may begin with a sign, a number too."""
    begins = FORMULA_SIGNS[:2] if key == "expression" else FORMULA_SIGNS
    if number in row.formulas or (
        cell.startswith(begins) and not _NUMBER.fullmatch(cell) and ".." not in cell
    ):
        raise ValueError(f"a formula, {shown(cell)}; put its value there instead")


def _fault(
    path: Path, row: int, column: int, key_path: str, message: str, hint: str = "", severity: str = ERROR
) -> Fault:
    return Fault(str(path), row, column, key_path, message, hint, severity)
