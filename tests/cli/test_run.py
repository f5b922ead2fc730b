"""Running a site from the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from port502.service.call import Call, Reply, Service
from port502.service.device import Device
from tests.cli.conftest import Run
from tests.cli.served import served
from tests.cli.test_through import running_site
from tests.peers.ports import free_port

SITE = """
site: test
history: {{path: kept}}
connections: {{plc: {{url: "{url}", response_timeout: 2s}}}}
devices: {{pump: {{connection: plc, interval: 50ms, points: {{speed: {{ref: 40001}}, ghost: {{ref: 45000}}}}}}}}
"""


@pytest.mark.slow
def test_the_last_line_is_to_the_letter(run: Run, tmp_path: Path, device: str) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(url=device))
    done = run("run", "site.yaml", "--for", "1", "--json")
    assert done.code == 0
    told = done.lines[-1]
    assert {"polls", "samples", "good", "bad", "overruns"} <= set(told)
    assert told["polls"] > 0
    assert told["samples"] == told["good"] + told["uncertain"] + told["bad"]
    assert told["good"] > 0 < told["bad"]
    assert told["overruns"] == 0


@pytest.mark.slow
def test_what_was_run_can_be_asked_afterwards(run: Run, tmp_path: Path, device: str) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(url=device))
    done = run("run", "--for", "0.3")
    assert done.code == 0
    assert re.match(r"test ran \d+\.\d s: ", done.out)
    assert "test: 1 connection, 1 device, 2 points; Ctrl-C ends" in done.err
    found = run("history", "query", "pump.speed", "--since", "5m", "--json").json["samples"]
    assert {one["value"] for one in found} == {10}


def silent(call: Call) -> Reply:
    return None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("service", "points", "code", "fault"),
    [
        (Device(holding={0: [1]}), "gone: {ref: 45000}", 1, "refused"),
        (silent, "speed: {ref: 40001}", 4, "no answer"),
        (None, "speed: {ref: 40001}", 3, "not connected"),
    ],
    ids=["refused", "silent", "nobody"],
)
def test_a_run_without_one_good_sample_says_why(
    run: Run, tmp_path: Path, service: Service | None, points: str, code: int, fault: str
) -> None:
    site = (
        'site: test\nhistory: {path: kept}\nconnections: {plc: {url: "%s", response_timeout: 50ms, retries: 0}}\n'
        "devices: {pump: {connection: plc, interval: 50ms, points: {%s}}}\n"
    )
    with served(service) if service is not None else nullcontext(f"tcp://127.0.0.1:{free_port()}") as url:
        (tmp_path / "site.yaml").write_text(site % (url, points))
        done = run("run", "--for", "0.6", "--json")
    assert (done.code, done.lines[-1]["fault"]) == (code, fault)
    assert done.lines[-1]["bad"] == done.lines[-1]["samples"] > 0


def test_a_second_run_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    with running_site(tmp_path):
        done = run("run")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "this site is running already" in done.err


def test_a_faulty_site_ends_with_2_and_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: x\nconnection: {}\ndevices: {a: {connection: b}}\n")
    done = run("run")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "`port502 check site.yaml` names all" in done.err
    assert run("run", "nowhere.yaml").code == 2


@pytest.mark.slow
def test_the_dashboard_is_there_and_said_on_standard_output(tmp_path: Path, device: str) -> None:
    site = SITE.format(url=device) + 'web: {listen: "127.0.0.1:0"}\n'
    (tmp_path / "site.yaml").write_text(site)
    done = subprocess.run(
        [sys.executable, "-m", "port502", "run", "site.yaml", "--web", "--for", "0.1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("listening on http://127.0.0.1:")
    assert "follow this link once: http://127.0.0.1:" in done.stderr
