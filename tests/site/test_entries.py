"""All points of a site, from the file and from sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.document import Document
from port502.site.entries import DevicePoints, gather
from port502.site.model import SiteFile, entry_of
from port502.site.validate import validated

HEAD = "site: h\nconnections: {plc: {url: tcp://plc}}\ndevices:\n"


def gathered(tmp_path: Path, devices: str) -> tuple[dict[str, DevicePoints], list[str]]:
    document = Document(tmp_path / "site.yaml", HEAD + devices, {})
    file, _ = validated(SiteFile, document.data, document, entry=entry_of)
    assert file is not None
    points, faults = gather(file, document)
    return {one.name: one for one in points}, [str(fault).removeprefix(f"{tmp_path}/") for fault in faults]


def test_read_and_computed_points(tmp_path: Path) -> None:
    text = "  d: {connection: plc, points: {a: {ref: 40001}, b: {expression: a + 1}}}\n"
    devices, faults = gathered(tmp_path, text)
    assert faults == []
    assert [entry.full_name for entry, _ in devices["d"].read] == ["d.a"]
    assert [entry.full_name for entry in devices["d"].computed] == ["d.b"]
    assert devices["d"].names == ["a", "b"]


def test_sheet_and_file_together(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("name,ref,type\nb,40002,\na,40003,\nc,40004,uint99\nd d,40005,\n")
    text = "  d: {connection: plc, sheet: d.csv, points: {a: {ref: 40001}}, groups: {g: {points: [b]}}}\n"
    devices, faults = gathered(tmp_path, text)
    assert [entry.name for entry, _ in devices["d"].read] == ["a", "b"]
    assert devices["d"].sheet == tmp_path / "d.csv"
    assert devices["d"].complete
    assert faults[0].startswith("d.csv:3:1 a: point 'a' stands under 'points' of 'd' already")
    assert faults[1].startswith("d.csv:4:3 c.type: unknown type 'uint99'")
    assert faults[2].startswith("d.csv:5:1 d d: 'd d' is no name")
    assert len(faults) == 3


def test_a_point_with_an_unreadable_cell_is_known_but_not_used(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("name,ref,type\na,=A1,uint99\nb,40001,\n")
    devices, faults = gathered(tmp_path, "  d: {connection: plc, sheet: d.csv, groups: {g: {points: [a]}}}\n")
    assert [fault.partition(" ")[0] for fault in faults] == ["d.csv:2:2", "d.csv:2:3"]
    assert devices["d"].names == ["a", "b"]
    assert [entry.name for entry, _ in devices["d"].read] == ["b"]


@pytest.mark.parametrize("sheet", ["none.csv", "{}", "d.ods"])
def test_a_sheet_that_cannot_be_read_is_one_fault_and_hides_no_names(tmp_path: Path, sheet: str) -> None:
    text = f"  d: {{connection: plc, sheet: {sheet}, groups: {{g: {{points: [x]}}}}}}\n"
    devices, faults = gathered(tmp_path, text)
    assert not devices["d"].complete
    assert not any("no point" in fault for fault in faults)
    if sheet != "{}":
        assert any("devices.d.sheet: the sheet cannot be used" in fault for fault in faults)


def test_names_of_faulty_points_and_devices_stay_known(tmp_path: Path) -> None:
    text = "  d: {connection: plc, points: {bad: {ref: x}}}\n  gone: {points: {p: {ref: 40001}}}\n"
    devices, faults = gathered(tmp_path, text)
    assert devices["d"].names == ["bad"]
    assert devices["d"].read == []
    assert devices["gone"].names == ["p"]
    assert faults == []


def test_a_device_with_nothing_to_read_is_doubtful(tmp_path: Path) -> None:
    _, faults = gathered(tmp_path, "  d: {connection: plc}\n")
    assert faults == [
        "site.yaml:4:3 devices.d: warning: has no points to read; give it a 'map', 'points' or a 'sheet'"
    ]
