"""Checks of who may call a site."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.commission.audit import listeners
from port502.commission.audit.outcome import Outcome
from port502.discover.found import FoundDevice, Inventory
from port502.guard.pki import SiteAuthority
from tests.commission.audit.sites import facts, seen, texts

pytestmark = pytest.mark.slow

PLC = "connections: {plc: {url: 'tcp://192.168.5.10'}}\n"
POLICY = """default: deny
clients: {scada: {from: [10.0.0.1]}}
rules:
  - {name: reads, clients: [scada], functions: [read]}
"""


def site(listener: str) -> str:
    return f"{PLC}listeners:\n  door: {{{listener}}}\n"


def with_policy(folder: Path, policy: str, more: str = "") -> str:
    (folder / "policy.yaml").write_text(policy)
    return site(f"url: 'tcp://0.0.0.0:1502', policy: policy.yaml, guard: {{connection: plc}}{more}")


def test_open_to_every_private_address_is_doubtful(tmp_path: Path) -> None:
    cases = {
        "url: 'tcp://127.0.0.1:1502', share: {connection: plc}": Outcome.PASS,
        "url: 'tcp://0.0.0.0:1502', share: {connection: plc}": Outcome.WARN,
        "url: 'tcp://0.0.0.0:1502', allow: 10.0.0.1, share: {connection: plc}": Outcome.PASS,
    }
    for text, outcome in cases.items():
        (one,) = seen(listeners.open_where_meant, facts(tmp_path, site(text)))
        assert one.outcome is outcome, text


def test_a_policy_that_names_its_clients_narrows_a_listener(tmp_path: Path) -> None:
    (one,) = seen(listeners.open_where_meant, facts(tmp_path, with_policy(tmp_path, POLICY)))
    assert one.text.endswith("is of use only to 10.0.0.1, by its policy")


def test_modbus_that_nobody_knows_is_doubtful(tmp_path: Path) -> None:
    scan = Inventory((FoundDevice("192.168.5.10", 502), FoundDevice("192.168.5.66", 502)))
    found = seen(listeners.open_where_meant, facts(tmp_path, PLC, inventory=scan))
    assert texts(found, Outcome.WARN) == ["192.168.5.66:502 speaks Modbus, and nobody here knows it"]


def test_an_allow_list_of_everybody_is_none(tmp_path: Path) -> None:
    text = site("url: 'tcp://0.0.0.0:1502', allow: 0.0.0.0/0, share: {connection: plc}")
    (one,) = seen(listeners.allow_lists, facts(tmp_path, text))
    assert one.outcome is Outcome.FAIL


def test_requests_per_second_are_a_limit_that_is_not_there_by_itself(tmp_path: Path) -> None:
    bare = site("url: 'tcp://0.0.0.0:1502', share: {connection: plc}")
    (one,) = seen(listeners.limits, facts(tmp_path, bare))
    assert one.outcome is Outcome.WARN
    limited = site(
        "url: 'tcp://0.0.0.0:1502', share: {connection: plc}, limits: {requests_per_second: 20, connections: 3}"
    )
    (one,) = seen(listeners.limits, facts(tmp_path, limited))
    assert one.outcome is Outcome.PASS
    assert "3 connections, 3 of one client" in one.text


def test_without_a_policy_anything_may_be_written(tmp_path: Path) -> None:
    open_one = facts(tmp_path, site("url: 'tcp://0.0.0.0:1502', share: {connection: plc}"))
    own = facts(tmp_path, site("url: 'tcp://127.0.0.1:1502', share: {connection: plc}"))
    for judge in (listeners.writes, listeners.functions):
        assert [one.outcome for one in seen(judge, open_one)] == [Outcome.FAIL]
        assert [one.outcome for one in seen(judge, own)] == [Outcome.WARN]


def test_what_rules_let_write_is_looked_at_rule_by_rule(tmp_path: Path) -> None:
    policy = POLICY + (
        "  - {name: bounded, clients: [scada], functions: [write], points: [40101], values: {min: 0, max: 9}}\n"
        "  - {name: coils, clients: [scada], functions: [write], points: [coil:0]}\n"
        "  - {name: any value, clients: [scada], functions: [write], points: [40102]}\n"
        "  - {name: anywhere, clients: [scada], functions: [write]}\n"
        "  - {name: anybody, functions: [write], points: [40103], values: {max: 1}}\n"
    )
    found = seen(listeners.writes, facts(tmp_path, with_policy(tmp_path, policy)))
    assert [one.outcome for one in found] == [
        Outcome.PASS,
        Outcome.PASS,
        Outcome.WARN,
        Outcome.WARN,
        Outcome.FAIL,
    ]


def test_a_policy_that_lets_nobody_write_passes_and_a_dry_run_fails(tmp_path: Path) -> None:
    found = seen(listeners.writes, facts(tmp_path, with_policy(tmp_path, POLICY)))
    assert [one.text for one in found] == ["listener door: no rule lets anybody write"]
    found = seen(listeners.writes, facts(tmp_path, with_policy(tmp_path, POLICY + "read_only: true\n")))
    assert [one.text for one in found] == ["listener door lets nobody write"]
    known = facts(tmp_path, with_policy(tmp_path, POLICY + "dry_run: true\n"))
    assert texts(seen(listeners.writes, known), Outcome.FAIL)
    assert texts(seen(listeners.functions, known), Outcome.FAIL)


def test_points_that_may_be_written_have_limits(tmp_path: Path) -> None:
    text = PLC + (
        "devices:\n  pump:\n    connection: plc\n    writes: true\n    points:\n"
        "      speed: {ref: 40001, write: {min: 0, max: 50}}\n"
        "      mode: {ref: 40002, write: {min: 0}}\n"
        "      on: {ref: 'coil:0', write: {}}\n"
    )
    found = seen(listeners.writes, facts(tmp_path, text))
    assert len(texts(found, Outcome.PASS)) == 2
    assert [one.split()[0] for one in texts(found, Outcome.WARN)] == ["device", "pump.mode"]


def test_dangerous_functions_and_those_of_makers_are_named(tmp_path: Path) -> None:
    policy = POLICY + (
        "  - {name: restart, clients: [scada], functions: [8/1]}\n"
        "  - {name: maker, clients: [scada], functions: [90]}\n"
        "  - {name: all, clients: [scada], functions: [all]}\n"
        "  - {name: none, functions: [8/4], deny: true}\n"
    )
    found = texts(seen(listeners.functions, facts(tmp_path, with_policy(tmp_path, policy))), Outcome.WARN)
    assert found[0] == "listener door, rule 'restart' lets through 8/1"
    assert found[1] == "listener door, rule 'maker' lets through functions of makers' own: 90"
    assert "'all' lets through functions of makers' own" in found[2]
    assert len(found) == 3


def test_behind_tls_rights_come_from_roles(tmp_path: Path) -> None:
    authority = SiteAuthority(tmp_path / "certs")
    authority.init()
    authority.issue("own", hosts=["10.0.0.2"])
    files = "certificate: certs/own.pem, key: certs/own.key, authority: certs/site-ca.pem"
    door = f"url: 'tls://0.0.0.0', {files}, share: {{connection: plc}}"
    (one,) = seen(listeners.roles, facts(tmp_path, site(door)))
    assert one.outcome is Outcome.WARN
    (tmp_path / "policy.yaml").write_text(
        "default: deny\nclients: {eng: {role: engineer}}\nrules: [{name: r, clients: [eng], functions: [read]}]\n"
    )
    (one,) = seen(listeners.roles, facts(tmp_path, site(f"{door}, policy: policy.yaml")))
    assert one.outcome is Outcome.PASS
    (tmp_path / "policy.yaml").write_text("default: deny\nrules: [{name: everybody, functions: [read]}]\n")
    (one,) = seen(listeners.roles, facts(tmp_path, site(f"{door}, policy: policy.yaml")))
    assert "for anybody, with a role or without: everybody" in one.text


def test_audit_logs_are_kept_and_cannot_be_rewritten(tmp_path: Path) -> None:
    bare = site("url: 'tcp://127.0.0.1:1502', share: {connection: plc}")
    assert [one.text for one in seen(listeners.logs, facts(tmp_path, bare))] == [
        "listener door keeps no audit log"
    ]
    kept = with_policy(tmp_path, POLICY)
    (one,) = seen(listeners.logs, facts(tmp_path, kept))
    assert one.outcome is Outcome.WARN
    assert "logs to door.jsonl" in one.text
    keyed = with_policy(tmp_path, POLICY, ", audit: {key: k, when_full: stop_writes}")
    (one,) = seen(listeners.logs, facts(tmp_path, keyed))
    assert one.outcome is Outcome.PASS
    assert "when it cannot, writes stop" in one.text


def test_what_only_a_trial_shows_is_left_to_the_reader(tmp_path: Path) -> None:
    assert seen(listeners.trials, facts(tmp_path, "")) == []
    assert len(seen(listeners.trials, facts(tmp_path, with_policy(tmp_path, POLICY)))) == 3
