"""Firewall rules from the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SITE = """
site: station
connections:
  plc: {url: tcp://192.168.1.10}
  meter: {url: "tcp://[fd00::5]:1502"}
  near: {url: "tcp://127.0.0.1:1502"}
"""


@pytest.fixture(autouse=True)
def _site(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE)


def test_without_a_format_a_table_says_what_each_rule_is_for(run: Run) -> None:
    done = run("firewall")
    assert done.code == 0
    rows = [" ".join(line.split()) for line in done.out.splitlines()]
    assert rows[0] == "Rule Direction Source Destination Port Action For"
    assert "plc outbound this host 192.168.1.10 502 ALLOW a device that this host calls (tcp)" in rows
    assert (
        "everything else outbound this host any 502, 802, 1502 DROP this host calls no other device" in rows
    )


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("nftables", "ip daddr 192.168.1.10 tcp dport 502 counter accept"),
        ("iptables", "-A PORT502-OUT -d 192.168.1.10 -p tcp --dport 502"),
        ("firewalld", 'destination address="192.168.1.10" port port="502"'),
        ("ufw", "ufw prepend allow out proto tcp from any to 192.168.1.10 port 502"),
        ("netsh", "dir=out action=allow protocol=TCP remoteport=502 remoteip=192.168.1.10"),
        ("csv", "plc,outbound,this host,192.168.1.10,tcp,502,allow,no"),
    ],
)
def test_every_tool_has_its_format(run: Run, form: str, words: str) -> None:
    done = run("firewall", "site.yaml", "--format", form)
    assert done.code == 0
    assert words in done.out


def test_notes_beside_csv_go_to_stderr(run: Run) -> None:
    done = run("firewall", "--format", "csv")
    assert len(list(csv.reader(done.out.splitlines()))) == 6
    assert "connection near is on loopback" in done.err
    assert run("firewall", "--format", "csv", "--quiet").err == ""


def test_the_commands_apply_and_undo(run: Run) -> None:
    done = run("firewall", "--format", "nftables", "--scope", "outbound", "--numeric", "--apply-commands")
    assert done.out.splitlines() == [
        "# apply",
        "port502 firewall site.yaml --format nftables --scope outbound --numeric > port502.nft",
        "nft -f port502.nft",
        "# undo",
        "nft delete table inet port502",
    ]
    assert run("firewall", "--apply-commands").code == 2


def test_json_is_the_model_with_its_rendering(run: Run) -> None:
    told = run("firewall", "--format", "iptables", "--json").json
    assert (told["site"], told["scope"], told["format"]) == ("station", "host", "iptables")
    assert told["rules"][0] == {
        "name": "plc",
        "direction": "outbound",
        "sources": [],
        "destinations": ["192.168.1.10/32"],
        "protocol": "tcp",
        "ports": [502],
        "action": "allow",
        "log": False,
        "purpose": "a device that this host calls (tcp)",
    }
    assert told["rules"][-1]["log"] is True
    assert told["apply"] == ["sh port502-iptables.sh"]
    assert told["text"].startswith("#!/bin/sh")


def test_between_networks_the_host_is_named(run: Run) -> None:
    refused = run("firewall", "--scope", "routed")
    assert refused.code == 2
    assert "--host ADDRESS" in refused.err
    done = run("firewall", "--scope", "routed", "--host", "192.168.1.2", "--host", "fd00::2")
    assert "plc routed 192.168.1.2 192.168.1.10 502 ALLOW" in " ".join(done.out.split())
    assert run("firewall", "--scope", "routed", "--host", "here").code == 2
    windows = run(
        "firewall", "--scope", "routed", "--host", "192.168.1.2", "--host", "fd00::2", "--format", "netsh"
    )
    assert windows.code == 2


def test_names_are_resolved_with_a_note_or_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(
        "site: s\nconnections:\n  a: {url: tcp://no-such-host.invalid}\n  b: {url: tcp://10.0.0.1}\n"
    )
    for more in ([], ["--numeric"]):
        done = run("firewall", *more)
        assert done.code == 2
        assert "connection a" in done.err
        assert "write its address in the site file" in done.err
        assert done.err.count("\n") == 1


def test_a_site_without_a_network_has_nothing_to_filter(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: s\nconnections: {bus: {url: 'rtu:///dev/ttyUSB0'}}\n")
    done = run("firewall")
    assert done.code == 2
    assert "gives no host rules" in done.err
