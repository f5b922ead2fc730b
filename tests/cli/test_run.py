"""Running a site from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli.run import seconds_of
from port502.errors import UsageError
from tests.cli.conftest import Run

SITE = """
site: test
history: {{path: kept}}
connections: {{plc: {{url: "{url}", response_timeout: 2s}}}}
devices: {{pump: {{connection: plc, interval: 50ms, points: {{speed: {{ref: 40001}}, ghost: {{ref: 45000}}}}}}}}
"""


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, None), ("10", 10.0), ("0.5", 0.5), ("5m", 300.0), ("1h30m", 5400.0)]
)
def test_times(text: str | None, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        seconds_of(text)


def test_the_last_line_is_to_the_letter(run: Run, tmp_path: Path, device: str) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(url=device))
    done = run("run", "site.yaml", "--for", "0.4", "--json")
    assert done.code == 0
    told = done.lines[-1]
    assert {"polls", "samples", "good", "bad", "overruns"} <= set(told)
    assert told["polls"] > 0
    assert told["samples"] == told["good"] + told["uncertain"] + told["bad"]
    assert told["good"] > 0 < told["bad"]
    assert told["overruns"] == 0


def test_what_was_run_can_be_asked_afterwards(run: Run, tmp_path: Path, device: str) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(url=device))
    done = run("run", "--for", "0.3")
    assert done.code == 0
    assert done.out.startswith("test ran 0.")
    assert "test: 1 connection, 1 device, 2 points; Ctrl-C ends" in done.err
    found = run("history", "query", "pump.speed", "--since", "5m", "--json").json["samples"]
    assert {one["value"] for one in found} == {10}


def test_a_faulty_site_ends_with_2_and_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: x\nconnection: {}\ndevices: {a: {connection: b}}\n")
    done = run("run")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "`port502 check site.yaml` names all" in done.err
    assert run("run", "nowhere.yaml").code == 2
