from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.errors import ConfigError
from port502.guard.audit import AuditLog
from port502.guard.policy import Action, Decision
from port502.guard.record import REFUSED, WRITE, Record
from port502.guard.seen import MOST_SAMPLES, Recorder, Seen, Tally, part_of, read_seen
from port502.protocol.bit_access import WriteMultipleCoilsRequest
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.message import RawRequest
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from tests.guard.rules import ENGINEER, SCADA

ALLOWED = Decision(Action.ALLOW)


def recorded() -> Recorder:
    recorder = Recorder()
    for value in (5, 9, 5):
        recorder(SCADA, 1, WriteSingleRegisterRequest(100, value), ALLOWED)
    recorder(SCADA, 1, ReadHoldingRegistersRequest(0, 10), ALLOWED)
    recorder(SCADA, 1, WriteMultipleCoilsRequest.from_bits(3, [True, False]), ALLOWED)
    recorder(ENGINEER, 2, ReadWriteMultipleRegistersRequest.from_registers(0, 2, 9, [7]), ALLOWED)
    recorder(ENGINEER, 2, DiagnosticsRequest(0), ALLOWED)
    return recorder


def test_each_kind_of_request_is_counted_with_the_values_it_wrote() -> None:
    seen = recorded().seen
    tally = seen[Seen("10.0.0.1", None, 1, "6", "holding", 100, 1)]
    assert (tally.times, tally.lowest, tally.highest, dict(tally.samples)) == (3, 5, 9, {(5,): 2, (9,): 1})
    assert seen[Seen("10.0.0.1", None, 1, "3", "holding", 0, 10)] == Tally(1)
    assert {one.operation for one in seen if one.role == "engineer"} == {"23r", "23w", "8/0"}


def test_what_was_heard_elsewhere_counts_and_is_bounded() -> None:
    recorder = Recorder(most=1)
    recorder.heard(SCADA, 1, WriteSingleRegisterRequest(100, 5), 3, samples=False)
    recorder.heard(SCADA, 1, WriteSingleRegisterRequest(100, 9), samples=False)
    recorder.heard(SCADA, 1, WriteSingleRegisterRequest(101, 9), samples=False)
    assert recorder.seen == {Seen("10.0.0.1", None, 1, "6", "holding", 100, 1): Tally(4, 5, 9)}
    assert recorder.missed == 1


def test_what_no_policy_can_allow_is_not_remembered() -> None:
    recorder = Recorder()
    assert not recorder.heard(SCADA, 1, RawRequest(0, b""))
    assert not recorder.heard(SCADA, 1, RawRequest(200, b""))
    assert recorder.heard(SCADA, 1, RawRequest(90, b""))
    assert [one.operation for one in recorder.seen] == ["90"]


def test_what_was_written_down_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "seen.jsonl"
    recorder = recorded()
    path.write_text("".join(f"{line}\n" for line in recorder.lines()))
    assert read_seen(path).seen == recorder.seen


def test_an_audit_log_tells_what_passed_and_on_demand_what_did_not(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, max_bytes=600)
    for event in (WRITE, WRITE, REFUSED, "policy"):
        record = Record(event=event, unit=1, operation="6", table="holding", address=7, quantity=1, after=[3])
        log.write(record.about(SCADA).fields())
    log.close()
    [tally] = read_seen(path).seen.values()
    assert tally.times == 2
    [tally] = read_seen(path, refused=True).seen.values()
    assert (tally.times, dict(tally.samples)) == (3, {(3,): 3})


def test_lines_that_tell_of_no_request_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [
        "",
        "junk",
        "[1]",
        json.dumps({"event": "write", "operation": "6"}),
        json.dumps({"event": "write", "operation": "nonsense", "unit": 1}),
        json.dumps({"event": "write", "operation": "6", "unit": "x"}),
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(ConfigError, match="tells of no request"):
        read_seen(path)
    with pytest.raises(ConfigError, match="there is no log"):
        read_seen(tmp_path / "missing")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("port502.guard.seen.MOST_SEEN", 10)
    recorder = Recorder()
    for address in range(20):
        recorder(SCADA, 1, ReadHoldingRegistersRequest(address, 1), ALLOWED)
    assert (len(recorder.seen), recorder.missed) == (10, 10)
    tally = Tally()
    for value in range(1000):
        tally.add([value])
    assert (len(tally.samples), tally.times, tally.highest) == (MOST_SAMPLES, 1000, 999)


def test_what_was_seen_becomes_the_part_of_a_request_again() -> None:
    part = part_of(Seen("", None, 1, "6", "holding", 100, 1), (9,))
    assert (part.writes, part.values()) == (True, [9])
    assert part_of(Seen("", None, 1, "15", "coil", 3, 2), (1, 0)).bits == [True, False]
    assert part_of(Seen("", None, 1, "16", "holding", 100, 2), (9,)).values() is None
    writes = {
        operation: part_of(Seen("", None, 1, operation)).writes
        for operation in ("17", "8/0", "8/4", "90", "43/13")
    }
    assert writes == {"17": False, "8/0": False, "8/4": True, "90": True, "43/13": True}


def test_two_recorders_become_one() -> None:
    whole, other = recorded(), recorded()
    for seen, tally in other.seen.items():
        whole.take_over(seen, tally)
    assert sum(tally.times for tally in whole.seen.values()) == 2 * sum(
        tally.times for tally in other.seen.values()
    )
    assert whole.seen[Seen("10.0.0.1", None, 1, "6", "holding", 100, 1)].samples[(5,)] == 4
