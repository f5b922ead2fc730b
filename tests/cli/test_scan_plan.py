"""What a scan is about to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli import scan_plan
from port502.transport.probe.interfaces import Interface
from tests.cli.conftest import Run
from tests.cli.served import refusing_port


def test_a_dry_run_sends_nothing(run: Run) -> None:
    done = run("scan", "10.11.12.0/24", "--dry-run")
    assert done.code == 0
    assert "254 addresses" in done.out
    told = run("scan", "10.11.12.0/24", "--dry-run", "--fast", "--json").json
    assert told["addresses"] == 254
    assert told["packets"] <= 12 * 254
    assert told["duration_s"] < 15


def test_public_addresses_are_not_scanned_unasked(run: Run) -> None:
    done = run("scan", "8.8.8.8")
    assert done.code == 2
    assert "8.8.8.8: neither private nor local" in done.err
    assert "--yes" in done.err


def test_fast_is_asked_for_except_on_loopback(run: Run) -> None:
    done = run("scan", "10.11.12.13", "--fast")
    assert done.code == 2
    assert "--fast does not spare weak devices" in done.err


def test_without_a_range_own_networks_are_offered(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from ipaddress import ip_interface

    lan = Interface("eth7", 9, addresses=(ip_interface("10.11.12.5/30"),))
    monkeypatch.setattr(scan_plan, "interfaces", lambda: (lan,))
    monkeypatch.setattr(scan_plan, "own_networks", lambda: (ip_interface("10.11.12.5/30").network,))
    done = run("scan")
    assert done.code == 2
    assert "10.11.12.4/30 (eth7)" in done.err
    assert run("scan", "--dry-run", "--json").json["addresses"] == 2
    monkeypatch.setattr(scan_plan, "own_networks", lambda: ())
    assert "name what to scan" in run("scan").err


def test_lists_and_exclusions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "hosts.txt").write_text("# plant\n127.0.0.1-4\n")
    with refusing_port() as port:
        words = ["--list", "hosts.txt", "--exclude", "127.0.0.1", "--ports", port, "--fast", "--json"]
        done = run("scan", *words)
    assert done.json["devices"] == []
    assert done.json["probed"] == 3
    assert "no such file" in run("scan", "--list", "none.txt").err.lower()
    assert run("scan", "127.0.0.1", "--exclude", "127.0.0.0/8").code == 2
