"""The demo from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from port502.guard.chain import records
from tests.cli.conftest import Run

pytestmark = pytest.mark.slow

SMALL = ("--meters", "2", "--port", "0", "--data", "plant")


@pytest.mark.slow
def test_it_collects_a_plant_and_tells_what_it_came_to(run: Run, tmp_path: Path) -> None:
    done = run("demo", "--for", "1.5", "--json", *SMALL)
    assert done.code == 0
    told = done.lines[-1]
    assert (told["connections"], told["devices"]) == (8, 12)
    assert told["polls"] >= 10
    assert told["good"] == told["samples"] > 20
    assert told["bad"] == told["overruns"] == told["lost"] == 0
    site = Path(told["site_file"])
    assert "refused" in told
    assert "valid site file: 8 connections" in run("check", site).out
    levels = run("history", "query", "tank.level", "--site", site, "--json").json["samples"]
    assert levels[0]["value"] == pytest.approx(55, abs=20)


def test_without_json_it_says_where_things_are(run: Run, tmp_path: Path) -> None:
    done = run("demo", "--for", "0.1", *SMALL)
    assert done.code == 0
    assert re.match(r"demo ran \d+\.\d s: ", done.out)
    assert f"port502 history query tank.level --since 1m --site {Path('plant') / 'site.yaml'}" in done.err


def test_a_folder_that_cannot_be_made_ends_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("demo", "--data", "file", "--for", "1")
    assert done.code == 2
    assert done.err.count("\n") == 1


@pytest.mark.slow
def test_a_hostile_client_is_refused_and_the_audit_log_tells(run: Run, tmp_path: Path) -> None:
    done = run("demo", "--for", "3", "--json", *SMALL)
    assert done.code == 0
    told = done.lines[-1]
    assert told["refused"] == 1
    last = told["last_refusal"]
    assert (last["listener"], last["exception"], last["address"]) == ("plc-guard", 1, 100)
    log = Path(told["audit_log"])
    assert [said["event"] for said in records(log) if said["event"] == "refused"] == ["refused"]
    assert run("guard", "verify", log).code == 0


def test_the_guard_of_the_demo_explains_itself(run: Run, tmp_path: Path) -> None:
    assert run("demo", "--for", "0.1", "--quiet", *SMALL).code == 0
    policy = Path("plant") / "policy.yaml"
    hostile = run("guard", "explain", "6", "100", "9999", "--from", "127.0.66.6", "--policy", policy)
    assert "refused with exception 01" in hostile.out
    good = run("guard", "explain", "6", "100", "1200", "--policy", policy)
    assert "allowed by rule 'operators set the speed'" in good.out
