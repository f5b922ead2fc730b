"""Any file, told apart by its first keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.check import check_file


def checked(tmp_path: Path, text: str) -> tuple[str, list[str]]:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    report = check_file(path, {})
    assert report.ok == (not report.errors)
    return report.kind, [str(fault).removeprefix(f"{tmp_path}/") for fault in report.faults]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("site: hall\n", "site"),
        ("connections: {c: {url: tcp://plc}}\nsite: hall\n", "site"),
        ("device: boiler\nholding: {0: 1}\n", "device"),
    ],
)
def test_valid_files(tmp_path: Path, text: str, kind: str) -> None:
    assert checked(tmp_path, text) == (kind, [])


def test_faults_of_each_kind(tmp_path: Path) -> None:
    kind, faults = checked(tmp_path, "site: hall\nfoo: 1\n")
    assert (kind, len(faults)) == ("site", 1)
    kind, faults = checked(tmp_path, "device: boiler\nholdign: {0: 1}\n")
    assert kind == "device"
    assert faults[0] == "file.yaml:2:1 holdign: unknown key; did you mean 'holding'?"


def test_what_nothing_tells(tmp_path: Path) -> None:
    kind, faults = checked(tmp_path, "devise: boiler\n")
    assert kind == "unknown"
    assert faults == ["file.yaml:1:1 devise: nothing tells what file this is; did you mean 'device'?"]
    _, faults = checked(tmp_path, "something: 1\n")
    assert "a file begins with what it is: 'site: NAME'" in faults[0]
    for text in ("", "- a\n", "text\n"):
        kind, faults = checked(tmp_path, text)
        assert (kind, len(faults)) == ("unknown", 1)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    kind, faults = checked(tmp_path, "a: [\n")
    assert (kind, len(faults)) == ("unknown", 1)
    report = check_file(tmp_path / "none.yaml")
    assert (report.kind, len(report.errors)) == ("unknown", 1)
