"""Findings on the command line: for people, for programs, with a baseline, and as a reason to fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.cli.inspect_findings import frames_text, summary
from port502.traffic.findings.finding import Finding
from tests.cli.conftest import Run
from tests.traffic.files import write
from tests.traffic.findings.scene import INTRUDER, Scene, usual_morning


@pytest.fixture
def morning(tmp_path: Path) -> Path:
    scene = Scene()
    usual_morning(scene, 2)
    return write(tmp_path / "morning.pcap", scene.records)


@pytest.fixture
def attacked(tmp_path: Path) -> Path:
    scene = Scene()
    usual_morning(scene, 2)
    scene.line(INTRUDER).read(0, 10).write(200, 9).ask("08 0004 0000")
    return write(tmp_path / "attacked.pcap", scene.records)


def test_findings_for_people(run: Run, attacked: Path) -> None:
    done = run("inspect", attacked, "--findings")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split()[:4] == ["critical", "DIAGNOSTICS.LISTEN_ONLY", INTRUDER, "forces"]
    assert lines[1].strip().startswith("once, 2023-11-14T22:15:")
    assert lines[1].endswith("; frame 979")
    assert lines[2].strip().startswith("do: power-cycle the device")
    assert lines[3].strip().startswith("ATT&CK: T0814 Denial of Service")
    assert lines[-1] == "1 finding: 1 critical"
    assert "without a baseline nothing can be told of what is new" in done.err


def test_a_learned_baseline_shows_the_stranger(
    run: Run, morning: Path, attacked: Path, tmp_path: Path
) -> None:
    usual = tmp_path / "usual.yaml"
    learned = run("inspect", morning, "--learn-baseline", usual)
    assert learned.code == 0
    assert learned.out.splitlines()[0] == (
        "10.0.0.1 asks unit 1 of 10.0.0.2:502, at least every 1.0 s: reads holding:0*10, holding:100*4;"
        " writes holding:200"
    )
    assert "2 conversations of 484 requests written to" in learned.err
    assert run("check", usual).code == 0
    assert run("inspect", morning, "--findings", "--baseline", usual).out == "no findings\n"
    found = run("inspect", attacked, "--findings", "--baseline", usual, "--json").lines
    assert [one["finding"] for one in found] == [
        "WRITE.STRANGER",
        "DIAGNOSTICS.LISTEN_ONLY",
        "CLIENT.ROGUE",
    ]
    assert found[0]["frames"] == [977]
    assert found[0]["attack_version"] == "18.1"


def test_the_first_seconds_may_be_the_baseline(run: Run, attacked: Path) -> None:
    found = run("inspect", attacked, "--findings", "--baseline-for", "1m", "--json").lines
    assert "CLIENT.ROGUE" in {one["finding"] for one in found}
    all_of_it = run("inspect", attacked, "--findings", "--baseline-for", "10m")
    assert "all of it was learned as usual" in all_of_it.err


@pytest.mark.parametrize(("limit", "code"), [("critical", 6), ("low", 6)])
def test_findings_are_a_reason_to_fail(run: Run, attacked: Path, limit: str, code: int) -> None:
    assert run("inspect", attacked, "--findings", "--fail-on", limit).code == code


def test_lesser_ones_are_none(run: Run, morning: Path, tmp_path: Path) -> None:
    assert run("inspect", morning, "--findings", "--fail-on", "low").code == 0
    scene = Scene()
    scene.line().ask("11").answer("11 03 01 ff 41")
    low = write(tmp_path / "low.pcap", scene.records)
    assert run("inspect", low, "--findings", "--fail-on", "medium").code == 0
    assert run("inspect", low, "--findings", "--fail-on", "low").code == 6


def test_frames_of_several_files_name_the_file(run: Run, attacked: Path) -> None:
    found = run("inspect", attacked, attacked, "--findings", "--json").lines
    assert found[0]["frames"] == [
        {"file": str(attacked), "frame": 979},
        {"file": str(attacked), "frame": 979},
    ]


def test_attack_ids_of_ones_own(run: Run, attacked: Path, tmp_path: Path) -> None:
    own = tmp_path / "attack.toml"
    own.write_text('version = "20"\n[detections]\n"DIAGNOSTICS.LISTEN_ONLY" = ["T1"]\n')
    (one,) = run("inspect", attacked, "--findings", "--attack", own, "--json").lines
    assert (one["attack_version"], one["attack"]) == ("20", [{"id": "T1", "name": ""}])
    own.write_text("no")
    assert run("inspect", attacked, "--findings", "--attack", own).code == 2


def test_nothing_to_learn_from_is_said(run: Run, tmp_path: Path) -> None:
    scene = Scene()
    scene.line()
    empty = write(tmp_path / "empty.pcap", scene.records)
    done = run("inspect", empty, "--learn-baseline", tmp_path / "usual.yaml")
    assert done.code == 2
    assert "nothing was learned" in done.err
    assert not (tmp_path / "usual.yaml").exists()


def test_learning_for_programs(run: Run, morning: Path, tmp_path: Path) -> None:
    told = json.loads(run("inspect", morning, "--learn-baseline", tmp_path / "u.yaml", "--json").out)
    assert told["requests"] == 484
    assert len(told["conversations"]) == 2
    bad = run("inspect", morning, "--learn-baseline", tmp_path / "no" / "u.yaml")
    assert bad.code == 2
    assert "cannot write" in bad.err


def test_many_frames_are_shortened() -> None:
    one = Finding(1, "DIAGNOSTICS.RESTART", "a", "b", 0, 0, {}, 1)
    for frame in range(1, 41):
        one.again(frame, frame)
    assert frames_text(one, None) == "frames 1, 2, 3, 4, 5, ..., 40"
    assert frames_text(one, lambda frame: ("a.pcap", frame)).startswith("frames a.pcap:1, ")
    assert summary([one, one]) == "2 findings: 2 high"
    assert summary([]) == "no findings"
