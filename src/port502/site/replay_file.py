"""The course of a device's values as a CSV file beside its device file: ``seconds,ref,values``."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from port502.registers.reference import HIGHEST_ADDRESS, Table
from port502.simulate.replay import Change
from port502.site.faults import Fault, SiteFileError
from port502.site.scalars import shown
from port502.site.sheet_rows import MOST_ROWS, Row, csv_rows

HEADER = ("seconds", "ref", "values")
MOST_CHANGES = MOST_ROWS - 1
MOST_SECONDS = 366 * 86_400.0

_REF = re.compile(r"(holding|input|coil|discrete):([0-9]{1,5})", re.ASCII)
_TIME = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_VALUES = re.compile(r"[0-9]{1,5}( [0-9]{1,5})*", re.ASCII)


def read_changes(path: Path, tables: Mapping[str, Mapping[int, Sequence[int]]]) -> tuple[Change, ...]:
    """The changes in a file, in their order; ``tables`` are the addresses that the device has.

    Raises SiteFileError for a file that cannot be read, and for the first row that says nothing of such a device.
    """
    there = {
        table: {address for first, values in found.items() for address in range(first, first + len(values))}
        for table, found in tables.items()
    }
    rows = csv_rows(path)
    header = next(rows, None)
    if header is None or tuple(cell.strip() for cell in header.cells) != HEADER:
        raise _error(path, 1, f"a replay begins with the columns {','.join(HEADER)}")
    found: list[Change] = []
    for row in rows:
        if any(cell.strip() for cell in row.cells):
            change = _change(path, row)
            if found and change.seconds < found[-1].seconds:
                raise _error(path, row.number, f"{change.seconds:g} s comes before the row above")
            addresses = range(change.address, change.address + len(change.values))
            if not there.get(str(change.table), set()).issuperset(addresses):
                raise _error(path, row.number, f"the device has no {change.table}:{change.address}")
            found.append(change)
    return tuple(found)


def changes_text(changes: Iterable[Change]) -> str:
    """Changes as such a file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for change in changes:
        seconds = f"{change.seconds:.6f}".rstrip("0").rstrip(".")
        writer.writerow((seconds, f"{change.table}:{change.address}", " ".join(map(str, change.values))))
    return out.getvalue()


def _change(path: Path, row: Row) -> Change:
    cells = [cell.strip() for cell in row.cells]
    if len(cells) != len(HEADER):
        raise _error(path, row.number, f"{len(cells)} cells; {','.join(HEADER)} are {len(HEADER)}")
    time, ref, values = cells
    if not _TIME.fullmatch(time) or not math.isfinite(float(time)) or float(time) > MOST_SECONDS:
        raise _error(path, row.number, f"{shown(time)} is no number of seconds since the start")
    where = _REF.fullmatch(ref)
    if where is None or int(where[2]) > HIGHEST_ADDRESS:
        raise _error(path, row.number, f"{shown(ref)} is no place such as holding:107")
    table = Table(where[1])
    most = 1 if table.is_bits else 0xFFFF
    numbers = tuple(map(int, values.split(" "))) if _VALUES.fullmatch(values) else ()
    if not numbers or max(numbers) > most:
        raise _error(path, row.number, f"{shown(values)} are no values from 0 to {most} with blanks between")
    return Change(float(time), table, int(where[2]), numbers)


def _error(path: Path, line: int, message: str) -> SiteFileError:
    return SiteFileError([Fault(str(path), line, 1, "", message)])
