"""Explaining, comparing and verifying from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.guard.audit import AuditLog
from port502.guard.record import WRITE, Record
from tests.cli.conftest import Run
from tests.guard.rules import SCADA

POLICY = """
default: deny
clients:
  scada: {from: 10.0.0.1}
  engineer: {role: engineer}
rules:
  - {name: reads, clients: [scada], units: [1], functions: [read], points: ["holding:0*50"]}
  - {name: setpoint, clients: [scada], functions: [write], points: [40101], values: {max: 50}, refuse: 03}
  - {name: rest, clients: [engineer], functions: [all], during: "07:00-17:00"}
  - {name: bits, clients: [scada], functions: [22], points: [holding:9], values: {mask: 0x00FF}}
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "policy.yaml").write_text(POLICY)
    return "policy.yaml"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    kept = AuditLog(tmp_path / "audit.jsonl")
    for value in (5, 60):
        record = Record(
            event=WRITE, unit=1, operation="6", table="holding", address=100, quantity=1, after=[value]
        )
        kept.write(record.about(SCADA).fields())
    kept.close()
    return tmp_path / "audit.jsonl"


@pytest.mark.parametrize(
    ("words", "action", "rule"),
    [
        (("3", "0", "10"), "allow", "reads"),
        (("3", "0", "51"), "refuse", ""),
        (("3", "0", "10", "--unit", "2"), "refuse", ""),
        (("000100000006010300000001",), "allow", "reads"),
        (("000100000006020300000001",), "refuse", ""),
        (("00 01 00 00 00 06 01 06 00 64 00 32",), "allow", "setpoint"),
        (("6", "100", "51"), "refuse", "setpoint"),
        (("43/14", "1", "0", "--role", "engineer", "--at", "2026-03-02T08:00+00:00"), "allow", "rest"),
        (("43/14", "1", "0", "--role", "engineer", "--at", "2026-03-02T18:00+00:00"), "refuse", ""),
        (("22", "9", "0xFFFF", "0"), "refuse", "bits"),
        (("22", "9", "0xFFFF", "0", "--present", "0x12"), "allow", "bits"),
        (("22", "9", "0xFFFF", "0", "--present", "0x112"), "refuse", "bits"),
    ],
)
def test_which_rule_decides(run: Run, policy: str, words: tuple[str, ...], action: str, rule: str) -> None:
    told = run("guard", "explain", *words, "--from", "10.0.0.1", "--policy", policy, "--json").json
    assert (told["action"], told["rule"]) == (action, rule)


def test_an_explanation_names_what_about_each_rule_is_not_so(run: Run, policy: str) -> None:
    out = run("guard", "explain", "6", "100", "51", "--from", "10.0.0.1", "--policy", policy).out
    assert out.splitlines() == [
        "write single register: address 100, value 51, unit 1, from 10.0.0.1",
        "who asks is scada",
        "write single register of holding:100:",
        "  no    reads: it does not name write single register (6)",
        "  no    setpoint: holding:100 is 51, above max 50",
        "  no    rest: it is about engineer",
        "  no    bits: it does not name write single register (6)",
        "  no rule fits",
        "refused with exception 03 by rule 'setpoint': holding:100 is 51, above max 50",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("3",),
        ("0x", "zz"),
        ("000100000006010300000000",),
        ("3", "0", "1", "--at", "noon"),
        ("3", "0", "1", "--present", "5"),
    ],
)
def test_what_is_no_question_is_refused(run: Run, policy: str, words: tuple[str, ...]) -> None:
    assert run("guard", "explain", *words, "--policy", policy).code == 2


def test_what_another_policy_would_change(run: Run, policy: str, log: Path, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(POLICY.replace("max: 50", "max: 70"))
    told = run("guard", "diff", policy, "new.yaml", "--traffic", log, "--json").json
    assert told["rules"] == {"added": [], "removed": [], "changed": ["setpoint"], "moved": False}
    assert [(change["values"], change["before"], change["after"]) for change in told["changes"]] == [
        ([60], "refuse", "allow")
    ]
    lines = run("guard", "diff", policy, "new.yaml", "--traffic", log).out.splitlines()
    assert lines[0] == "changed rule: setpoint"
    assert lines[1].startswith(
        "1 times: 10.0.0.1, unit 1: write single register holding:100 = 60: refused with 03"
    )
    assert lines[2] == "tried on 2 requests: 1 would be decided in another way"
    assert run("guard", "diff", policy, policy).out == "the rules are the same\n"


def test_a_log_is_verified(run: Run, log: Path) -> None:
    done = run("guard", "verify", log)
    assert (done.code, "2 lines, 1 to 2: whole" in done.out) == (0, True)
    log.write_text(log.read_text().replace("[60]", "[50]"))
    done = run("guard", "verify", log, "--json")
    assert done.code == 6
    assert done.json["whole"] is False
    assert done.json["faults"][0]["line"] == 2
    assert "NOT as it was written" in run("guard", "verify", log).out
    assert run("guard", "verify", "missing.jsonl").code == 2


def test_a_log_with_a_key_is_verified_by_it(run: Run, tmp_path: Path) -> None:
    kept = AuditLog(tmp_path / "keyed.jsonl", key=b"secret")
    kept.write({"event": "write"})
    kept.close()
    (tmp_path / "key").write_text("secret\n")
    assert run("guard", "verify", "keyed.jsonl", "--key", "key").code == 0
    assert run("guard", "verify", "keyed.jsonl").code == 6
