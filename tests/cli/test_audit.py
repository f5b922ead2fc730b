"""``port502 audit``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.commission.audit.checks import CHECKS
from tests.cli.conftest import Run
from tests.cli.test_through import running_site

SITE = """site: hall
connections: {c: {url: "URL"}}
devices: {pump: {connection: c, unit: 1, points: {speed: {ref: 40001}}}}
"""


@pytest.fixture
def site(tmp_path: Path, device: str) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(SITE.replace("URL", device))
    return path


def outcomes(told: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {one["code"]: one["outcome"] for one in told["checks"]}


def test_without_live_nothing_is_sent_and_it_is_said(site: Path, run: Run) -> None:
    done = run("audit", "--json")
    assert done.code == 0
    told = done.json
    assert len(told["checks"]) == len(CHECKS)
    assert outcomes(told)["NET.OPEN"] == "not_testable"
    assert told["live"] is False
    assert done.err == ""


def test_live_connects_and_reads(site: Path, run: Run) -> None:
    done = run("audit", site, "--live", "--json")
    assert done.code == 0, done.out
    found = outcomes(done.json)
    assert (found["NET.OPEN"], found["POLL.UNITS"], found["POLL.OFFSETS"]) == ("pass", "pass", "pass")
    assert "measured" in str(done.json["checks"])


def test_what_fails_ends_with_six(tmp_path: Path, run: Run) -> None:
    (tmp_path / "site.yaml").write_text(SITE.replace("URL", "tcp://8.8.8.8"))
    done = run("audit")
    assert done.code == 6
    assert done.out.startswith("hall: not ready: ")
    assert "ADDR.PUBLIC" in done.out


def test_the_sheet_is_made_then_compared_then_brought_up_to_date(
    site: Path, tmp_path: Path, run: Run
) -> None:
    made = run("audit", "--plan", "plan.csv")
    assert "plan.csv: made, 1 rows" in made.err
    sheet = tmp_path / "plan.csv"
    assert "pump" in sheet.read_text()
    sheet.write_text("address,port,unit,name,room\n127.0.0.9,502,7,boiler,H1\n")
    done = run("audit", "--plan", "plan.csv", "--json")
    assert (done.code, outcomes(done.json)["PLAN.SITE"]) == (6, "fail")
    assert "room" in sheet.read_text().splitlines()[0]
    refused = run("audit", "--plan", "plan.csv", "--update")
    assert refused.code == 2
    assert "--yes" in refused.err
    done = run("audit", "--plan", "plan.csv", "--update", "--yes")
    assert "brought up to date, 2 rows" in done.err
    assert sheet.read_text().splitlines()[1].startswith("127.0.0.9,502,7,boiler,H1")


def test_a_sheet_of_a_spreadsheet_program(site: Path, run: Run) -> None:
    assert run("audit", "--plan", "plan.xlsx").code == 0
    assert outcomes(run("audit", "--plan", "plan.xlsx", "--json").json)["PLAN.SITE"] == "pass"


def test_the_scan_of_another_day_is_compared(site: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "scan.json").write_text(
        json.dumps({"kind": "inventory", "devices": [{"address": "10.0.0.1", "port": 502, "units": []}]})
    )
    done = run("audit", "--inventory", "scan.json", "--json")
    assert outcomes(done.json)["NET.ONLY"] == "warn"
    (tmp_path / "scan.json").write_text("[" * 100_000)
    assert run("audit", "--inventory", "scan.json").code == 2
    assert run("audit", "--inventory", "none.json").code == 2


@pytest.mark.parametrize(("name", "begins"), [("a.html", "<!doctype html>"), ("a.md", "# Before going live")])
def test_a_report_to_file(site: Path, tmp_path: Path, run: Run, name: str, begins: str) -> None:
    assert run("audit", "--report", name).code == 0
    assert (tmp_path / name).read_text().startswith(begins)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--services",), "give both"),
        (("--live", "--services"), "--yes"),
        (("--plan", "plan.txt"), ".csv or .xlsx"),
        (("--update",), "--plan FILE"),
        (("--report", "a.docx"), ".html, .md or .pdf"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_sent(
    site: Path, run: Run, words: tuple[str, ...], says: str
) -> None:
    done = run("audit", *words)
    assert done.code == 2
    assert says in done.err


def test_services_are_looked_at_with_consent(site: Path, run: Run) -> None:
    done = run("audit", "--live", "--services", "--yes", "--json")
    assert outcomes(done.json)["NET.SERVICES"] in ("pass", "warn", "not_testable")
    assert done.json["live"] is True


@pytest.mark.parametrize("text", ["", "site: [", "nothing: 1\n", "site: s\nconnections: {c: {url: 5}}\n"])
def test_files_that_cannot_be_used_are_faults_and_no_tracebacks(tmp_path: Path, run: Run, text: str) -> None:
    (tmp_path / "site.yaml").write_text(text)
    done = run("audit")
    assert done.code == 2
    assert done.err


def test_the_emptiest_site_and_one_without_connections(tmp_path: Path, run: Run) -> None:
    (tmp_path / "site.yaml").write_text("site: empty\n")
    done = run("audit", "--live", "-v")
    assert done.code == 0
    assert "Nothing of the kind in this site" in done.out


def test_a_running_site_is_asked_and_its_devices_are_left_alone(tmp_path: Path, run: Run) -> None:
    with running_site(tmp_path):  # its device takes one connection, and the site has that
        told = {one["code"]: one for one in run("audit", "--live", "--json").json["checks"]}
        more = run("audit", "--live")
    assert told["NET.OPEN"]["outcome"] == "pass"
    assert told["NET.OPEN"]["seen"][0]["text"].endswith("as port502 run has it")
    assert "its devices are left alone" in more.err
