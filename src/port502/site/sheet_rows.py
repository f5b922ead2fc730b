"""The rows of a CSV or XLSX file, within fixed bounds."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from port502.site.faults import Fault, SiteFileError

MOST_BYTES = 16 << 20
MOST_UNPACKED_BYTES = 64 << 20
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 4096

SEPARATORS = (";", "\t", ",")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file from 1, its cells as text, and the columns (from 1) that hold formulas."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()
    separator: str = ""


def csv_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file with commas, semicolons or tabs; a row's number is that of its first line.

    Raises SiteFileError, with the row, for what is no such text.
    """
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, line, "is not UTF-8 text", "save it as 'CSV UTF-8'") from None
    if "\0" in text:
        raise _unreadable(path, text.count("\n", 0, text.index("\0")) + 1, "holds a NUL character")
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "larger than field limit" in str(error):
                message = f"a text without end; at most {LONGEST_CELL} characters"
                raise _unreadable(path, line, message, "look for a lone quote") from None
            raise _unreadable(
                path, line, f"cannot be read as CSV: {error}", "look for a lone quote"
            ) from None
        if cells is None:
            return
        yield _bounded(path, Row(line, tuple(cells), separator=separator))
        line = reader.line_num + 1


def xlsx_rows(path: Path) -> Iterator[Row]:
    """The rows of the first sheet of an XLSX file; raises SiteFileError, also where openpyxl is not installed."""
    try:
        import openpyxl  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        hint = "pip install 'port502[sheet]', or save it as .csv"
        raise _unreadable(path, 0, "needs openpyxl to be read", hint) from None
    data = _bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise _unreadable(path, 0, f"unpacks to more than {MOST_UNPACKED_BYTES >> 20} MiB")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    except SiteFileError:
        raise
    except Exception as error:  # openpyxl lets errors of every kind through
        raise _unreadable(path, 0, f"cannot be read as XLSX: {type(error).__name__}") from None
    try:
        if not book.worksheets:
            raise _unreadable(path, 0, "has no sheet")
        for number, cells in enumerate(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS + 1), 1):
            formulas = frozenset(column for column, cell in enumerate(cells, 1) if cell.data_type == "f")
            texts = [_text(cell.value) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            yield _bounded(path, Row(number, tuple(texts), formulas))
    finally:
        book.close()


def _text(value: Any) -> str:
    """A cell as the text that would stand in a CSV file; a whole number without a fraction."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _separator(text: str) -> str:
    """The separator that stands most often in the first line, outside of quotes."""
    first = text.partition("\n")[0]
    outside = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=lambda sign: (outside.count(sign), sign == ","))


def _bounded(path: Path, row: Row) -> Row:
    if row.number > MOST_ROWS:
        raise _unreadable(path, row.number, f"more than {MOST_ROWS} rows")
    if len(row.cells) > MOST_COLUMNS:
        raise _unreadable(path, row.number, f"more than {MOST_COLUMNS} columns")
    longest = max(map(len, row.cells), default=0)
    if longest > LONGEST_CELL:
        raise _unreadable(path, row.number, f"a text of {longest} characters; at most {LONGEST_CELL}")
    return row


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, 0, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MOST_BYTES:
        raise _unreadable(path, 0, f"is larger than {MOST_BYTES >> 20} MiB")
    return data


def _unreadable(path: Path, line: int, message: str, hint: str = "") -> SiteFileError:
    return SiteFileError([Fault(str(path), line, 1 if line else 0, "", message, hint)])
