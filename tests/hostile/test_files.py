"""Hostile inputs, rows H281-H287: files that lie, grow, or would have something executed."""

from __future__ import annotations

import os
import re
import time
import tracemalloc
from pathlib import Path

import pytest

from port502.site.check import check_file
from port502.site.faults import Report
from port502.site.sheet import read_sheet

LONGEST_WAIT = 5.0
MOST_MEMORY = 64 << 20

SITE = "site: hall\nconnections: {plc: {url: tcp://plc}}\n"


def checked(tmp_path: Path, content: str | bytes, name: str = "site.yaml") -> Report:
    """The report on a file, made within bounded time."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    before = time.monotonic()
    report = check_file(path, {})
    assert time.monotonic() - before < LONGEST_WAIT
    return report


def said(report: Report) -> str:
    return "\n".join(map(str, report.faults))


def with_point(body: str) -> str:
    return SITE + f"devices: {{d: {{connection: plc, points: {{p: {{{body}}}}}}}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        "site: {long}\n",
        "{long}: 1\n",
        "site: hall\nconnections: {{plc: {{url: {long}}}}}\n",
        "site: hall\nconnections: {{{long}: {{url: tcp://plc}}}}\n",
        SITE.replace("{", "{{").replace("}", "}}") + "devices: {{d: {{connection: {long}}}}}\n",
        "device: boiler\nholding: {{0: {{string: {long}}}}}\n",
        "site: |\n  {long}\n",
    ],
)
def test_h281_a_text_of_a_megabyte_is_refused_with_the_limit(tmp_path: Path, text: str) -> None:
    report = checked(tmp_path, text.format(long="x" * 1_000_000))
    assert not report.ok
    assert "4096" in said(report)
    assert len(said(report)) < 2000


def test_h281_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    report = checked(tmp_path, b"# " + b"x" * (5 << 20))
    assert "larger than 4 MiB" in said(report)


def test_h281_a_cell_of_a_megabyte_in_a_sheet(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(f"name,ref,unit\nspeed,40001,{'x' * 1_000_000}\n")
    report = checked(tmp_path, SITE + "devices: {d: {connection: plc, sheet: d.csv}}\n")
    assert "d.csv:2:1 a text without end; at most 4096 characters" in said(report)


def test_h282_an_alias_bomb_neither_grows_nor_hangs(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 10)]
    tracemalloc.start()
    try:
        report = checked(tmp_path, "site: hall\n" + "\n".join(levels) + "\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert re.search(r"site\.yaml:\d+:\d+ more than 500000 values in one file, aliases counted", said(report))


def test_h282_aliases_that_do_no_harm_are_taken(tmp_path: Path) -> None:
    text = SITE + (
        "devices:\n"
        "  a: {connection: plc, unit: 1, points: &points {speed: {ref: 40001}}}\n"
        "  b: {connection: plc, unit: 2, points: *points}\n"
    )
    assert checked(tmp_path, text).faults == ()


def test_h282_every_duplicate_key_has_its_line(tmp_path: Path) -> None:
    report = checked(tmp_path, SITE + "site: again\nsite: and again\n")
    assert [fault.line for fault in report.faults] == [3, 4]


@pytest.mark.parametrize("text", ["[" * 1000, "{a: " * 1000, "- " * 1000 + "x", "[" * 100_000])
def test_h282_depth_is_refused_with_a_place(tmp_path: Path, text: str) -> None:
    report = checked(tmp_path, text)
    assert "nested deeper than 40 levels" in said(report)
    assert report.faults[0].line == 1


@pytest.mark.parametrize(
    "tag",
    [
        '!!python/object/apply:os.system ["touch owned"]',
        "!!python/name:os.system",
        "!!python/object:port502.errors.ConfigError {}",
        "!!binary aGVsbG8=",
        "!!set {a, b}",
        "!<tag:yaml.org,2002:python/object/new:os.system> [x]",
        "!include /etc/passwd",
        "!env PATH",
    ],
)
def test_h282_tags_build_nothing(tmp_path: Path, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = checked(tmp_path, f"site: {tag}\n")
    assert "is not known; the only tag is !secret NAME" in said(report)
    assert os.listdir(tmp_path) == ["site.yaml"]


def test_h282_a_tab_is_named_with_its_line(tmp_path: Path) -> None:
    report = checked(tmp_path, "site: hall\nconnections:\n\tplc: {url: tcp://plc}\n")
    assert "site.yaml:3:1 a tab cannot indent; use spaces" in said(report)


def test_h282_no_is_a_word_and_not_a_truth(tmp_path: Path) -> None:
    report = checked(
        tmp_path, SITE + "devices: {no: {connection: plc, writes: no, points: {p: {ref: 40001}}}}\n"
    )
    assert "devices.no.writes: true or false expected, got 'no'" in said(report)


@pytest.mark.parametrize("number", ["1e400", "-1e999", ".inf", ".nan", "9" * 1000])
def test_h282_a_number_too_large_is_a_fault_of_its_place(tmp_path: Path, number: str) -> None:
    report = checked(tmp_path, with_point(f"ref: 40001, scale: {number}"))
    assert not report.ok
    assert report.faults[0].key_path == "devices.d.points.p.scale"
    assert len(report.errors) == 1


@pytest.mark.parametrize("content", [b"\xff\xfes\0i\0t\0e\0", b"\x00" * 100, b"site: \xc3\x28", b"\x1b[31m"])
def test_h282_bytes_that_are_no_text(tmp_path: Path, content: bytes) -> None:
    report = checked(tmp_path, content)
    assert not report.ok


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        ("conections: {}\nsite: hall\n", "conections", "connections"),
        (SITE + "devices: {d: {conection: plc}}\n", "devices.d.conection", "connection"),
        (with_point("ref: 40001, intervall: 5s"), "devices.d.points.p.intervall", "interval"),
        ("site: hall\nconnections: {c: {url: tcp://a, Timeout: 1s}}\n", "connections.c.Timeout", ""),
        ("device: d\nholdings: {0: 1}\n", "holdings", "holding"),
    ],
)
def test_h283_an_unknown_key_is_refused_with_line_and_nearest_key(
    tmp_path: Path, text: str, path: str, hint: str
) -> None:
    found = [fault for fault in checked(tmp_path, text).faults if fault.key_path == path]
    assert len(found) == 1
    assert found[0].line > 0
    assert found[0].message == "unknown key"
    assert hint in found[0].hint


def test_h284_names_that_would_leave_their_folder_are_no_names(tmp_path: Path) -> None:
    for name in ("../../x", "/etc/passwd", "a/b", "a\\\\b", "..", "a\\0b"):
        report = checked(tmp_path, f'site: "{name}"\n')
        assert "is no name" in said(report), name


def test_h285_sheets_as_engineers_keep_them(tmp_path: Path) -> None:
    content = '\ufeffname;ref;scale;unit\r\nspeed;40001;0,1;"U/min\r\n(rpm)"\r\nflow;holding:10;1,5;m³/h\r\n'
    (tmp_path / "d.csv").write_bytes(content.encode())
    sheet = read_sheet(tmp_path / "d.csv")
    assert sheet.faults == ()
    assert list(sheet.points) == ["speed", "flow"]
    assert sheet.rows == {"speed": 2, "flow": 4}
    report = checked(tmp_path, SITE + "devices: {d: {connection: plc, sheet: d.csv}}\n")
    assert "d.csv:2:4 speed.unit:" in said(report)
    assert len(report.errors) == 1


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "@SUM(1)", "+cmd()", "-cmd()", '"=HYPERLINK(""x"")"'])
def test_h285_formula_cells_are_refused_with_their_row(tmp_path: Path, cell: str) -> None:
    (tmp_path / "d.csv").write_text(f"name,ref,unit\na,40001,Hz\nb,40002,{cell}\n")
    report = checked(tmp_path, SITE + "devices: {d: {connection: plc, sheet: d.csv}}\n")
    assert "d.csv:3:3 b.unit: a formula" in said(report)


@pytest.mark.parametrize("ref", ["0", "1", "107", "9999"])
def test_h285_a_bare_number_could_count_from_zero_or_one(tmp_path: Path, ref: str) -> None:
    (tmp_path / "d.csv").write_text(f"name,ref\na,{ref}\n")
    report = checked(tmp_path, SITE + "devices: {d: {connection: plc, sheet: d.csv}}\n")
    assert "d.csv:2:2 a.ref:" in said(report)
    assert f"holding:{ref}" in said(report)


@pytest.mark.parametrize(
    ("ref", "place"),
    [("40001", "holding:0"), ("400001", "holding:0"), ("00001", "coil:0"), ("'4x00001'", "holding:0")],
)
def test_h286_references_are_read_as_written(tmp_path: Path, ref: str, place: str) -> None:
    from port502.site.build import load_site

    checked(tmp_path, with_point(f"ref: {ref}"))
    point = load_site(tmp_path / "site.yaml").connections[0].devices[0].points[0].point
    assert point.reference.protocol_form == place


@pytest.mark.parametrize(
    ("ref", "said_of_it"),
    [
        ("0x0001", "write coil:0 for the coil, holding:0x0001"),
        ("65536", "65535"),
        ("-1", "not negative"),
        ("4:0", "holding:0"),
        ("holdign:0", "did you mean holding:0"),
        ("5", "holding:5"),
        ("1.5", "a reference such as 40001"),
        ("[40001]", "a reference such as 40001"),
    ],
)
def test_h286_what_is_none_or_doubtful_is_refused_with_both_spellings(
    tmp_path: Path, ref: str, said_of_it: str
) -> None:
    report = checked(tmp_path, with_point(f"ref: {ref}"))
    assert report.errors[0].key_path == "devices.d.points.p.ref"
    assert said_of_it in report.errors[0].message


def test_h286_a_zero_based_address_that_looks_one_based_is_a_notice(tmp_path: Path) -> None:
    report = checked(tmp_path, with_point("ref: 'holding:40001'"))
    assert report.ok
    assert "is holding:0" in report.warnings[0].message


@pytest.mark.parametrize(
    "expression",
    [
        "p.__class__.__mro__",
        "().__class__.__bases__",
        "__import__('os').system('x')",
        "eval('1')",
        "9**9**9**9",
        "2**64**2",
        "p / 0",
        "p % (2 - 2)",
        "lambda: p",
        "[p for p in p]",
        "p if",
        "((((((((((" * 60,
        "p;p",
        "p\\\\n__import__('os')",
        "'a' * 999999999",
        "unknown_point",
    ],
)
def test_h287_expressions_are_refused_at_load_with_their_place(tmp_path: Path, expression: str) -> None:
    text = (
        SITE
        + f'devices: {{d: {{connection: plc, points: {{p: {{ref: 40001}}, e: {{expression: "{expression}"}}}}}}}}\n'
    )
    report = checked(tmp_path, text)
    assert [fault.key_path for fault in report.errors] == ["devices.d.points.e.expression"]
    assert report.errors[0].line == 3
