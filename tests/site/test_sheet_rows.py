"""Rows of CSV and XLSX files, within their bounds."""

from __future__ import annotations

import builtins
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from port502.site import sheet_rows as module
from port502.site.faults import SiteFileError
from port502.site.sheet_rows import csv_rows, xlsx_rows


def csv_file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "points.csv"
    path.write_bytes(content)
    return path


def xlsx_file(tmp_path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "points.xlsx"
    book.save(path)
    book.close()
    return path


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_separator_is_found_in_the_first_line(tmp_path: Path, sign: str) -> None:
    content = f'name{sign}ref{sign}"a;b,c"\nspeed{sign}40001{sign}x\n'.encode()
    rows = list(csv_rows(csv_file(tmp_path, content)))
    assert [row.cells for row in rows] == [("name", "ref", "a;b,c"), ("speed", "40001", "x")]
    assert rows[0].separator == sign


def test_a_row_has_the_number_of_its_first_line(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfname,unit\r\n"a","m\r\n3"\r\nb,Hz\r\n'
    rows = list(csv_rows(csv_file(tmp_path, content)))
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("name", "unit")),
        (2, ("a", "m\r\n3")),
        (4, ("b", "Hz")),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'name,ref\n"open,40001\n', ":2:1 cannot be read as CSV"),
        (b"name,ref\n\xff,40001\n", ":2:1 is not UTF-8"),
        (b"name,ref\na\0b,40001\n", ":2:1 holds a NUL"),
        (b"name,ref\n" + b"x" * 5000 + b",40001\n", ":2:1 a text of 5000 characters"),
        (b"name" + b",x" * 300 + b"\n", "more than 200 columns"),
    ],
)
def test_what_is_no_csv_is_refused_with_its_row(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(SiteFileError, match=reason):
        list(csv_rows(csv_file(tmp_path, content)))


def test_size_and_rows_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(tmp_path, b"name,ref\n" + b"a,40001\n" * 50)
    monkeypatch.setattr(module, "MOST_ROWS", 20)
    with pytest.raises(SiteFileError, match="more than 20 rows"):
        list(csv_rows(path))
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    with pytest.raises(SiteFileError, match="larger than"):
        list(csv_rows(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SiteFileError, match="cannot be read"):
            list(csv_rows(path))


def test_cells_of_a_workbook_are_texts(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ["name", "ref", "scale"], ["speed", 40001, 0.1], ["flow", 40003.0, None])
    rows = list(xlsx_rows(path))
    assert [row.cells for row in rows] == [
        ("name", "ref", "scale"),
        ("speed", "40001", "0.1"),
        ("flow", "40003"),
    ]
    assert [row.number for row in rows] == [1, 2, 3]


def test_formulas_of_a_workbook_are_marked(tmp_path: Path) -> None:
    rows = list(xlsx_rows(xlsx_file(tmp_path, ["name", "ref"], ["speed", "=A1"])))
    assert rows[1].formulas == {2}


def test_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "points.xlsx"
    path.write_bytes(b"name,ref\n")
    with pytest.raises(SiteFileError, match="cannot be read as XLSX"):
        list(xlsx_rows(path))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(SiteFileError, match="cannot be read as XLSX"):
        list(xlsx_rows(path))


def test_a_workbook_that_unpacks_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsx_file(tmp_path, ["name"])
    monkeypatch.setattr(module, "MOST_UNPACKED_BYTES", 1000)
    with pytest.raises(SiteFileError, match="unpacks to more"):
        list(xlsx_rows(path))


def test_without_openpyxl_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsx_file(tmp_path, ["name"])
    really = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "openpyxl":
            raise ModuleNotFoundError(name)
        return really(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SiteFileError, match=r"pip install 'port502\[sheet\]'"):
        list(xlsx_rows(path))
