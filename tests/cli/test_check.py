"""Checking files from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run

GOOD = """
site: station
connections: {plc: {url: tcp://192.168.1.10}}
devices: {pump: {connection: plc, points: {speed: {ref: 40001}, twice: {expression: speed * 2}}}}
"""
BAD = """\
site: station
connection: {plc: {url: tcp://192.168.1.10}}
devices:
  pump: {connection: plc, unit: 300, points: {speed: {ref: 40001, typ: uint16}}}
"""
DEVICE = "device: plc\nholding: {0: [1, 2]}\n"


def test_a_good_file_ends_with_0_and_says_what_is_in_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("check")
    assert (done.code, done.out) == (
        0,
        "site.yaml: a valid site file: 1 connection, 1 device, 2 points\n",
    )
    (tmp_path / "plc.yaml").write_text(DEVICE)
    assert run("check", "plc.yaml").out == "plc.yaml: a valid device file\n"
    assert run("check", "plc.yaml", "--quiet").out == ""


def test_all_faults_are_named_with_their_places_and_the_end_is_6(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    done = run("check", "bad.yaml")
    assert done.code == 6
    lines = done.out.splitlines()
    assert lines[0] == "bad.yaml:2:1 connection: unknown key; did you mean 'connections'?"
    assert all(re.match(r"bad\.yaml:\d+:\d+ ", line) for line in lines[:-1])
    assert len(lines) >= 4
    assert re.fullmatch(r"bad\.yaml: \d faults: it cannot be used", lines[-1])


def test_json_holds_every_fault(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    told = run("check", "bad.yaml", "--json").json
    assert (told["file"], told["kind"], told["valid"]) == ("bad.yaml", "site", False)
    assert told["faults"][0] == {
        "file": "bad.yaml",
        "line": 2,
        "column": 1,
        "path": "connection",
        "message": "unknown key",
        "hint": "did you mean 'connections'?",
        "severity": "error",
    }


def test_a_file_that_is_not_there_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    for word in ("nowhere.yaml", tmp_path):
        done = run("check", word)
        assert done.code == 2
        assert done.err.count("\n") == 1
    assert "--site" in run("check").err


def test_text_in_a_file_cannot_command_the_terminal(run: Run, tmp_path: Path) -> None:
    """H280."""
    (tmp_path / "bad.yaml").write_text('site: "a"\n"\\x1b[31mred": 1\n')
    assert "\x1b" not in run("check", "bad.yaml").out


@pytest.mark.parametrize(("words", "title"), [([], "site"), (["device"], "device"), (["plc.yaml"], "device")])
def test_the_schema_is_that_of_the_kind(run: Run, tmp_path: Path, words: list[str], title: str) -> None:
    (tmp_path / "plc.yaml").write_text(DEVICE)
    done = run("check", "--schema", *words)
    assert done.code == 0
    assert json.loads(done.out)["title"] == f"port502 {title} file"
