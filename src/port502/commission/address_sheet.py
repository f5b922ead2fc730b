"""The address sheet that an engineer keeps: one row per unit, with its name and purpose; CSV or XLSX."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from port502.discover.changes import Known, Place
from port502.discover.found import Inventory
from port502.errors import ConfigError
from port502.history.export import safe_text
from port502.site.faults import Fault, SiteFileError
from port502.site.sheet_rows import Row, csv_rows, xlsx_rows

COLUMNS = ("address", "port", "name", "maker", "product", "mac", "unit", "map", "purpose")
OWN = ("name", "purpose")
"""What people write themselves: a scan fills it in only where nothing stands."""

SUFFIXES = (".csv", ".xlsx")
_SAME = {
    "ip": "address",
    "ip address": "address",
    "host": "address",
    "vendor": "maker",
    "manufacturer": "maker",
    "model": "product",
    "mac address": "mac",
    "unit id": "unit",
    "station": "unit",
    "slave": "unit",
    "register map": "map",
    "description": "purpose",
    "comment": "purpose",
}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One planned unit: ``cells`` by column, also those of columns that mean nothing here."""

    address: str
    port: int
    unit: int
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.address, self.port, self.unit

    def known(self) -> Known:
        """The same for a comparison: whose interface it is and whose product are one column of a sheet."""
        cells = self.cells
        facts = {
            "mac": cells.get("mac", ""),
            "map": cells.get("map", ""),
            "product": cells.get("product", ""),
        }
        facts["vendor"] = cells.get("maker", "")
        return Known(self.address, self.port, self.unit, facts, cells.get("name", ""))


@dataclass(frozen=True, slots=True)
class AddressSheet:
    """A plan: its columns in order, and its rows."""

    columns: tuple[str, ...] = COLUMNS
    rows: tuple[SheetRow, ...] = ()


def is_sheet(path: Path) -> bool:
    """Whether a file is meant as an address sheet, by its name."""
    return path.suffix.lower() in SUFFIXES


def read_address_sheet(path: Path) -> AddressSheet:
    """The plan in a file; raises SiteFileError with the row and column of what cannot be understood."""
    rows = xlsx_rows(path) if path.suffix.lower() == ".xlsx" else csv_rows(path)
    header = next(rows, None)
    heads = [cell.strip() for cell in header.cells] if header is not None else []
    keys = [_key(head) for head in heads]
    if "address" not in keys:
        raise _fault(path, 1, 1, "has no column 'address'", f"columns are {', '.join(COLUMNS)}")
    found = [_row(path, row, keys) for row in rows if any(cell.strip() for cell in row.cells)]
    columns = tuple(dict.fromkeys(key or f"column {number}" for number, key in enumerate(keys, 1)))
    return AddressSheet(columns, tuple(found))


def merged_sheet(plan: AddressSheet | None, inventory: Inventory) -> AddressSheet:
    """A plan brought up to date with what was found.

    What people wrote stays: names, purposes, columns of their own, and rows of units that were not found.
    """
    plan = plan or AddressSheet()
    columns = (*plan.columns, *(column for column in COLUMNS if column not in plan.columns))
    planned = {row.place: row for row in plan.rows}
    for row in rows_of(inventory):
        before = planned.get(row.place)
        cells = dict(before.cells) if before is not None else {}
        for key, text in row.cells.items():
            if text and (key not in OWN or not cells.get(key)):
                cells[key] = text
        planned[row.place] = SheetRow(row.address, row.port, row.unit, cells)
    return AddressSheet(columns, tuple(planned.values()))


def rows_of(inventory: Inventory) -> Iterator[SheetRow]:
    """A row for each unit that answers itself."""
    for device in inventory.devices:
        for unit in device.devices:
            cells = {
                "address": device.address,
                "port": str(device.port),
                "name": device.name,
                "maker": unit.vendor or device.maker,
                "product": unit.product,
                "mac": device.mac,
                "unit": str(unit.unit),
                "map": unit.map,
            }
            yield SheetRow(device.address, device.port, unit.unit, cells)


def write_address_sheet(path: Path, sheet: AddressSheet) -> None:
    """Write a plan as CSV or XLSX; text that a spreadsheet would run is made harmless. Raises ConfigError, OSError."""
    lines: list[list[str]] = [list(sheet.columns)]
    lines += [[row.cells.get(column, "") for column in sheet.columns] for row in sheet.rows]
    if path.suffix.lower() == ".xlsx":
        _write_xlsx(path, lines)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([safe_text(cell) for cell in line] for line in lines)


def _write_xlsx(path: Path, lines: Sequence[Sequence[str]]) -> None:
    try:
        import openpyxl  # type: ignore[import-untyped]
        from openpyxl.styles import Font  # type: ignore[import-untyped]
        from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise ConfigError(
            f"{path}: writing .xlsx needs openpyxl: pip install 'port502[sheet]', or save as .csv"
        ) from None
    book = openpyxl.Workbook()
    page = book.active
    page.title = "addresses"
    for number, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            cell = page.cell(number, column)
            cell.value = _cell(text, lines[0][column - 1]) if number > 1 else text
            if isinstance(cell.value, str):
                cell.data_type = "s"  # whatever it looks like, it is no formula
            if number == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(lines[0]) + 1):
        widest = max(len(line[column - 1]) for line in lines)
        page.column_dimensions[get_column_letter(column)].width = min(60, max(8, widest + 2))
    page.freeze_panes = "A2"
    book.save(path)


def _cell(text: str, column: str) -> str | int:
    return int(text) if column in ("port", "unit") and text.isdigit() else text


def _key(head: str) -> str:
    plain = " ".join(head.lower().replace("_", " ").split())
    plain = _SAME.get(plain, plain)
    return plain if plain in COLUMNS else head


def _row(path: Path, row: Row, keys: Sequence[str]) -> SheetRow:
    cells = {key: _unguarded(cell.strip()) for key, cell in zip(keys, row.cells, strict=False) if key}
    address = cells.get("address", "")
    if not address:
        raise _fault(path, row.number, keys.index("address") + 1, "a row without an address")
    return SheetRow(
        address,
        _number(path, row, keys, cells, "port", 502, 65535),
        _number(path, row, keys, cells, "unit", 1, 255),
        cells,
    )


def _unguarded(cell: str) -> str:
    """A text without the sign that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and safe_text(cell[1:]) == cell else cell


def _number(
    path: Path, row: Row, keys: Sequence[str], cells: Mapping[str, str], key: str, usual: int, highest: int
) -> int:
    text = cells.get(key, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or int(text) > highest:
        message = f"{text[:40]!r} is no {key}: a number from 0 to {highest}"
        raise _fault(path, row.number, list(keys).index(key) + 1, message)
    return int(text)


def _fault(path: Path, line: int, column: int, message: str, hint: str = "") -> SiteFileError:
    return SiteFileError([Fault(str(path), line, column, "", message, hint)])


def known_rows(rows: Iterable[SheetRow]) -> list[Known]:
    """The rows of a plan for a comparison with what was found."""
    return [row.known() for row in rows]
