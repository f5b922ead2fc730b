"""Points from sheets: columns, numbers as people write them, and faults with their row."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from port502.site.faults import SiteFileError
from port502.site.sheet import Sheet, read_sheet


def sheet(tmp_path: Path, text: str, name: str = "points.csv") -> Sheet:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_sheet(path)


def said(tmp_path: Path, text: str) -> list[str]:
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in sheet(tmp_path, text).faults]


def test_columns_are_the_keys_of_a_point(tmp_path: Path) -> None:
    found = sheet(
        tmp_path,
        "Name,REF,type,scale,unit,interval,length,write\n"
        "speed,40001,uint16,0.1,Hz,500ms,,0..50\n"
        "\n"
        "label,40010,string,,,,8,\n"
        "running,coil:0,,,,,,yes\n"
        "limit,40020,int16,,,,,..-5\n",
    )
    assert found.faults == ()
    assert found.points == {
        "speed": {
            "ref": "40001",
            "type": "uint16",
            "scale": 0.1,
            "unit": "Hz",
            "interval": "500ms",
            "write": {"min": 0.0, "max": 50.0},
        },
        "label": {"ref": "40010", "type": "string", "length": 8},
        "running": {"ref": "coil:0", "write": {}},
        "limit": {"ref": "40020", "type": "int16", "write": {"max": -5.0}},
    }


def test_a_fault_about_a_point_has_its_row_and_column(tmp_path: Path) -> None:
    found = sheet(tmp_path, "name,ref,type\na,40001,uint16\n\nb,40002,uint16\n")
    assert str(found.fault(("b", "type"), "is odd")) == f"{tmp_path}/points.csv:4:3 b.type: is odd"
    assert str(found.fault(("b",), "is odd")) == f"{tmp_path}/points.csv:4:1 b: is odd"
    assert not found.hidden(("b",))


def test_semicolons_bring_decimal_commas(tmp_path: Path) -> None:
    found = sheet(tmp_path, "name;ref;scale\na;40001;0,1\nb;40002;0.5\nc;40003;-2,25\n")
    assert [point["scale"] for point in found.points.values()] == [0.1, 0.5, -2.25]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name,ref,scale\na,40001,"0,1"\n', "points.csv:2:3 a.scale: '0,1' can be read in two ways"),
        ("name;ref;scale\na;40001;1,000\n", "points.csv:2:3 a.scale: '1,000' can be read in two ways"),
        ("name,ref,scale\na,40001,ten\n", "points.csv:2:3 a.scale: a number expected, got 'ten'"),
        ("name,ref,scale\na,40001,nan\n", "a number expected, got 'nan'"),
        ("name,ref,length\na,40001,8.5\n", "a number of registers expected"),
        ("name,ref,write\na,40001,maybe\n", "limits such as 0..50, or yes"),
        ("name,ref,write\na,40001,0..x\n", "limits such as 0..50"),
        ("name,ref\na,40001\nb,40002\na,40003\n", "points.csv:4:1 a: point 'a' stands already on row 2"),
        ("name,ref\n,40001\n", "points.csv:2:1 a point without a name"),
        ("name,ref,typ\na,40001,x\n", "points.csv:1:3 typ: unknown column 'typ'; did you mean 'type'?"),
        ("name,address\na,0\n", "unknown column 'address'; write 'ref' with 40108 (one-based)"),
        ("name,ref,ref\na,40001,1\n", "points.csv:1:3 ref: column stands there twice"),
        ("point,ref\na,40001\n", "has no column 'name'; columns are name, ref"),
        ("name,ref,unit\na,40001,=1+1\n", "points.csv:2:3 a.unit: a formula, '=1+1'"),
        ("name,ref,unit\na,40001,@SUM(A1)\n", "a formula"),
        ("name,ref,unit\na,40001,+cmd()\n", "a formula"),
        ("name,ref,unit\na,40001,-cmd()\n", "a formula"),
        ("name,expression\na,=b+1\n", "a formula"),
        ("name,ref\n=A1,40001\n", "a formula"),
    ],
)
def test_what_a_row_cannot_say(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in one for one in said(tmp_path, text)), said(tmp_path, text)


def test_signs_of_numbers_and_expressions_are_no_formulas(tmp_path: Path) -> None:
    found = sheet(tmp_path, "name,ref,offset,expression\na,40001,-5,\nb,40002,+5,\nc,,,-a + 1\n")
    assert found.faults == ()
    assert found.points["a"]["offset"] == -5.0
    assert found.points["c"] == {"expression": "-a + 1"}


def test_a_workbook_is_a_sheet_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", "ref", "scale", "unit"])
    book.active.append(["speed", 40001, 0.1, "Hz"])
    book.active.append(["trick", 40002, "=1+1", "Hz"])
    book.save(tmp_path / "points.XLSX")
    book.close()
    found = read_sheet(tmp_path / "points.XLSX")
    assert found.points["speed"] == {"ref": "40001", "scale": 0.1, "unit": "Hz"}
    assert [str(fault).partition("points.XLSX:")[2] for fault in found.faults] == [
        "3:3 trick.scale: a formula, '=1+1'; put its value there instead"
    ]


def test_what_is_no_sheet(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match=r"save it as \.csv or \.xlsx"):
        read_sheet(tmp_path / "points.ods")
    with pytest.raises(SiteFileError, match="is empty"):
        sheet(tmp_path, "")
