"""The course of a device's values, in a CSV file beside its device file."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.registers.reference import Table
from port502.simulate.replay import Change
from port502.site.device_file import read_device
from port502.site.faults import SiteFileError
from port502.site.replay_file import changes_text, read_changes

DEVICE = "device: meter\nholding: {0: [10, 20], 2: 30}\ncoil: {0-7: false}\nreplay: {file: meter.csv, period: 1m}\n"
TABLES = {"holding": {0: [10, 20], 2: [30]}, "coil": {0: [0] * 8}}


def test_changes_are_rows() -> None:
    changes = (
        Change(0.25, Table.HOLDING, 1, (21, 31)),
        Change(1.000001, Table.COIL, 7, (1,)),
        Change(60, Table.HOLDING, 0, (65535,)),
    )
    assert changes_text(changes) == (
        "seconds,ref,values\n0.25,holding:1,21 31\n1.000001,coil:7,1\n60,holding:0,65535\n"
    )


def test_a_device_file_has_a_course(tmp_path: Path) -> None:
    changes = (Change(0.25, Table.HOLDING, 1, (21, 31)), Change(1.000001, Table.COIL, 7, (1,)))
    (tmp_path / "meter.csv").write_text(changes_text(changes))
    (tmp_path / "meter.yaml").write_text(DEVICE)
    described = read_device(tmp_path / "meter.yaml", {})
    assert described.course.changes == changes
    assert described.course.period == 60
    assert described.device(clock=lambda: 0.0).quick_read(3, 0, 1) is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x,holding:0,1", "is no number of seconds"),
        ("-1,holding:0,1", "is no number of seconds"),
        ("1e9,holding:0,1", "is no number of seconds"),
        ("1,40001,1", "is no place"),
        ("1,holding:70000,1", "is no place"),
        ("1,holding:0,65536", "are no values"),
        ("1,coil:0,2", "are no values"),
        ("1,holding:0,", "are no values"),
        ("1,holding:0", "2 cells"),
        ("1,holding:2,1 2", "the device has no holding:2"),
        ("1,input:0,1", "the device has no input:0"),
        ("5,holding:0,1\n4,holding:0,1", "comes before the row above"),
    ],
)
def test_a_row_that_says_nothing_is_named(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "meter.csv"
    path.write_text(f"seconds,ref,values\n{row}\n")
    with pytest.raises(SiteFileError, match=message) as caught:
        read_changes(path, TABLES)
    assert caught.value.faults[0].line == 2 + row.count("\n")


def test_other_columns_and_no_file_at_all(tmp_path: Path) -> None:
    (tmp_path / "meter.yaml").write_text(DEVICE)
    with pytest.raises(SiteFileError, match=r"replay\.file: cannot be used"):
        read_device(tmp_path / "meter.yaml", {})
    (tmp_path / "meter.csv").write_text("time,place\n")
    with pytest.raises(SiteFileError, match="begins with the columns seconds,ref,values"):
        read_device(tmp_path / "meter.yaml", {})


def test_a_map_has_no_replay(tmp_path: Path) -> None:
    path = tmp_path / "device.yaml"
    path.write_text("device: a\nmap: eastron/sdm120\nreplay: {file: a.csv}\n")
    with pytest.raises(SiteFileError, match="has no place beside a map"):
        read_device(path, {})
