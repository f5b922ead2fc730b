"""A map as a sheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from port502.registers.maps.exchange.spreadsheet import COLUMNS, to_csv
from port502.registers.maps.library import Library
from port502.site.map_import import Head, import_map
from port502.site.sheet import read_sheet
from tests.registers.maps.samples import everything


def test_rows_and_columns() -> None:
    text, others = to_csv(everything())
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text))}
    assert tuple(next(csv.reader(io.StringIO(text)))) == COLUMNS
    assert others == ["mode", "power"]
    assert rows["level"]["ref"] == "input:22"
    assert (rows["level"]["scale"], rows["level"]["offset"]) == ("0.1", "-4.0")
    assert (rows["run"]["type"], rows["run"]["write"]) == ("", "..")


def test_a_site_file_can_take_it_and_a_map_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(to_csv(Library.default().load("eastron/sdm630"))[0])
    assert read_sheet(path).faults == ()
    made = import_map(path, Head("mine/m", category="energy_meter"))
    assert made.ok
    assert made.points == len(Library.default().load("eastron/sdm630").points)
