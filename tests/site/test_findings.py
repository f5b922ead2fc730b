"""Findings of a running site: logged, audited, in the status and for the dashboard."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import DeviceError
from port502.guard.chain import records, verify
from port502.site.build import load_site
from port502.site.check import check_file
from port502.site.running import Running
from port502.web.station import Station

SITE = """
site: test
history: {path: data}
listeners:
  own: {url: "tcp://127.0.0.1:0", serve: own.yaml, policy: policy.yaml%s}
"""
POLICY = "default: deny\nrules:\n  - {name: reads, functions: [read]}\n"
EMPTY = "baseline: nobody\nconversations: []\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "own.yaml").write_text("device: own\nholding: {0: [5]}\n")
    (tmp_path / "nobody.yaml").write_text(EMPTY)
    path = tmp_path / "site.yaml"
    path.write_text(SITE % "")
    return path


def write(path: Path, more: str) -> None:
    path.write_text(SITE % more)


async def attack(running: Running) -> None:
    async with Client(running.listeners.running["own"].url, unit=1) as client:
        await client.read_holding_registers(0)
        with pytest.raises(DeviceError):
            await client.diagnostics(4)


async def test_a_finding_is_logged_audited_and_shown(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "port502.findings"):
        async with Running(load_site(path)) as running:
            await attack(running)
            (found,) = running.status().findings
            assert (found.code, found.severity, found.client) == (
                "DIAGNOSTICS.LISTEN_ONLY",
                "critical",
                "127.0.0.1",
            )
            assert found.attack[0] == "T0814 Denial of Service"
            assert running.listeners.findings() == [found]
            station = Station(running)
            assert station.findings() == [found]
            (decision,) = station.decisions(events={"finding"})
            assert decision.record.cause == "DIAGNOSTICS.LISTEN_ONLY"
    assert "own: critical finding DIAGNOSTICS.LISTEN_ONLY" in caplog.text
    log = path.parent / "data" / "audit" / "own.jsonl"
    (written,) = [one for one in records(log) if one["event"] == "finding"]
    assert written["severity"] == "critical"
    assert written["reason"] == found.text
    assert verify(log).whole


async def test_a_baseline_shows_strangers(path: Path) -> None:
    write(path, ", baseline: nobody.yaml")
    assert not check_file(path).faults
    async with Running(load_site(path)) as running:
        await attack(running)
        assert [one.code for one in running.status().findings] == ["DIAGNOSTICS.LISTEN_ONLY", "CLIENT.ROGUE"]


async def test_it_can_be_switched_off(path: Path) -> None:
    write(path, ", findings: false")
    async with Running(load_site(path)) as running:
        await attack(running)
        assert running.status().findings == ()
        assert Station(running).watching == {"own": False}
        assert Station(running).worst_findings(0.0) == {}


async def test_the_worst_of_the_fresh_ones_is_known(path: Path) -> None:
    write(path, ", baseline: nobody.yaml")
    async with Running(load_site(path)) as running:
        station = Station(running)
        assert station.watching == {"own": True}
        assert station.worst_findings(0.0) == {}
        before = time.time()
        await attack(running)
        async with Client(running.listeners.running["own"].url, unit=1) as client:
            with pytest.raises(DeviceError):
                await client.diagnostics(10)
        worst = station.worst_findings(before)["own"]
        assert (worst.code, worst.severity) == ("DIAGNOSTICS.LISTEN_ONLY", "critical")
        assert len(running.status().findings) == 3
        assert station.worst_findings(time.time()) == {}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (", baseline: missing.yaml", "the baseline cannot be used"),
        (", baseline: policy.yaml", "the baseline cannot be used"),
        (", findings: false, baseline: nobody.yaml", "has no meaning without findings"),
        (", findings: perhaps", "true or false expected"),
    ],
)
def test_faults_of_the_keys(path: Path, said: str, fault: str) -> None:
    path.write_text(SITE % said)
    assert any(fault in one.message for one in check_file(path).faults)
