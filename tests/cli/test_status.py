"""How a running site fares, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.cli.status import history_line, named
from port502.collect.status import CollectorStatus, ConnectionStatus, UnitStatus
from port502.service.device import Device
from port502.site.status import HistoryStatus
from tests.cli.conftest import Run
from tests.cli.test_through import running_site


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    with running_site(tmp_path) as found:
        yield found


def test_it_is_told_in_words_and_in_json(run: Run, device: Device) -> None:
    done = run("status")
    assert done.code == 0
    assert done.out.startswith("test   1 connection, 1 device   running ")
    assert "boiler" in done.out
    told = run("status", "site.yaml", "--json").json
    assert told["site"] == "test"
    assert told["collector"]["connections"][0]["name"] == "plc"
    assert told["collector"]["uptime_s"] > 0
    assert told["collector"]["connections"][0]["units"][0]["device"] == "boiler"
    history = told["history"]
    assert (history["backlog"] >= 0, history["lost"], history["overflowed"]) == (True, 0, 0)
    assert all("lost" not in sink for sink in told["collector"]["sinks"]), "losses are told once"


def test_durations_carry_their_unit() -> None:
    unit = UnitStatus("pump", 1, "online", 60.0)
    connection = ConnectionStatus("plc", "url", "ready", 1.23456, response_p50=0.00123456, units=(unit,))
    told = named(CollectorStatus(75.0, 1, 1, 1, 1, 0, 0, 0, 0, 0, late_p99=0.002, connections=(connection,)))
    assert (told["uptime_s"], told["late_p99_ms"], told["late_p50_ms"]) == (75.0, 2.0, None)
    first = told["connections"][0]
    assert (first["since_s"], first["response_p50_ms"], first["units"][0]["since_s"]) == (1.235, 1.235, 60.0)


def test_a_site_that_does_not_run_ends_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: test\nconnections: {}\nhistory: {path: kept}\n")
    done = run("status")
    assert done.code == 3
    assert done.err == "port502: site.yaml is not running; start it with: port502 run site.yaml\n"


def test_a_loss_that_is_over_is_no_trouble_of_now() -> None:
    told = history_line(HistoryStatus("h", lost=1336, last_error="disk full"))
    assert told == "history: 1,336 samples lost, last because: disk full"
    assert history_line(HistoryStatus("h", last_error="damaged")) == "history: damaged"
