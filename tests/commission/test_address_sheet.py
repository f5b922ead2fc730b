"""The address sheet that an engineer keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.commission.address_sheet import (
    COLUMNS,
    is_sheet,
    known_rows,
    merged_sheet,
    read_address_sheet,
    rows_of,
    write_address_sheet,
)
from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.units import UnitClass
from port502.site.faults import SiteFileError

FOUND = Inventory(
    (
        FoundDevice(
            "10.0.0.5",
            502,
            name="pm.local",
            mac="00:80:f4:01:02:03",
            maker="Telemecanique",
            units=(
                FoundUnit(1, UnitClass.DEVICE, vendor="Acme", product="=1+1", map="acme/b200"),
                FoundUnit(2, UnitClass.GATEWAY_SILENT),
                FoundUnit(5, UnitClass.DEVICE),
            ),
        ),
    )
)


@pytest.mark.parametrize("name", ["plan.csv", "plan.xlsx"])
def test_there_and_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_address_sheet(path, merged_sheet(None, FOUND))
    sheet = read_address_sheet(path)
    assert sheet.columns == COLUMNS
    first, second = sheet.rows
    assert (first.place, first.cells["map"], first.cells["maker"]) == (
        ("10.0.0.5", 502, 1),
        "acme/b200",
        "Acme",
    )
    assert first.cells["product"] == "=1+1"
    assert (second.unit, second.cells["maker"]) == (5, "Telemecanique")


def test_a_formula_is_text_in_both(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    write_address_sheet(tmp_path / "plan.csv", merged_sheet(None, FOUND))
    assert "'=1+1" in (tmp_path / "plan.csv").read_text()
    write_address_sheet(tmp_path / "plan.xlsx", merged_sheet(None, FOUND))
    page = openpyxl.load_workbook(tmp_path / "plan.xlsx").active
    cell = page.cell(2, COLUMNS.index("product") + 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert page.cell(2, COLUMNS.index("unit") + 1).value == 1


def test_what_people_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(
        "IP address;Unit ID;Name;Purpose;Cabinet;Register map\n"
        "10.0.0.5;1;main meter;billing;A7;\n"
        "10.0.0.77;3;planned pump;;A8;mine/pump.yaml\n"
    )
    plan = read_address_sheet(path)
    assert plan.columns == ("address", "unit", "name", "purpose", "Cabinet", "map")
    sheet = merged_sheet(plan, FOUND)
    rows = {row.place: row.cells for row in sheet.rows}
    met = rows["10.0.0.5", 502, 1]
    assert (met["name"], met["purpose"], met["Cabinet"], met["map"]) == (
        "main meter",
        "billing",
        "A7",
        "acme/b200",
    )
    assert rows["10.0.0.77", 502, 3]["map"] == "mine/pump.yaml"
    assert rows["10.0.0.5", 502, 5]["name"] == "pm.local"
    write_address_sheet(path, sheet)
    again = read_address_sheet(path)
    assert merged_sheet(again, FOUND).rows == again.rows
    assert [row.place for row in again.rows] == [row.place for row in sheet.rows]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,unit\nx,1\n", "no column 'address'"),
        ("address,unit\n10.0.0.1,900\n", "is no unit"),
        ("address,port\n10.0.0.1,http\n", "is no port"),
        ("address,unit\n,5\n", "without an address"),
        ("", "no column 'address'"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(text)
    with pytest.raises(SiteFileError, match=words) as caught:
        read_address_sheet(path)
    assert caught.value.faults[0].file == str(path)


def test_rows_as_what_is_known() -> None:
    one, _ = known_rows(rows_of(FOUND))
    assert one.facts["vendor"] == "Acme"
    assert one.place == ("10.0.0.5", 502, 1)


def test_sheets_by_name() -> None:
    assert is_sheet(Path("a.XLSX"))
    assert is_sheet(Path("a.csv"))
    assert not is_sheet(Path("a.yaml"))
