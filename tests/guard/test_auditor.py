from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from port502.guard.audit import AuditLog
from port502.guard.auditor import INTERVAL, MOST, Auditor, WhenFull
from port502.guard.chain import verify
from port502.guard.record import REFUSED, REPEATED, WRITE, Record


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refused(client: str = "10.0.0.9") -> Record:
    return Record(event=REFUSED, client=client, unit=1, function=6, rule="x")


def test_what_is_never_alike_is_written_each_time(clock: Clock) -> None:
    heard: list[dict[str, Any]] = []
    auditor = Auditor(tell=(heard.append,), clock=clock)
    for _ in range(3):
        auditor.take(Record(event=WRITE))
    assert [said["event"] for said in heard] == [WRITE] * 3
    assert all(said["time"] for said in heard)


def test_h187_a_flood_is_counted(tmp_path: Path, clock: Clock) -> None:
    heard: list[dict[str, Any]] = []
    log = AuditLog(tmp_path / "audit.jsonl", clock=clock)
    auditor = Auditor(log, (heard.append,), clock=clock, wall=clock)
    for _ in range(10_000):
        auditor.take(refused(), "same")
        clock.now += INTERVAL / 10_001
    clock.now += 1
    auditor.sweep()
    auditor.close()
    assert [(said["event"], said.get("count")) for said in heard] == [(REFUSED, None), (REPEATED, 9999)]
    assert heard[1]["cause"] == REFUSED
    assert heard[1]["rule"] == "x"
    assert verify(tmp_path / "audit.jsonl").whole


def test_h187_a_flood_of_different_things_is_counted_together(clock: Clock) -> None:
    heard: list[dict[str, Any]] = []
    auditor = Auditor(tell=(heard.append,), clock=clock)
    for number in range(MOST * 3):
        auditor.take(refused(f"10.0.{number >> 8}.{number & 255}"), number)
    assert len(heard) <= MOST + 1
    auditor.sweep(everything=True)
    assert sum(said.get("count", 0) for said in heard) + MOST + 1 == MOST * 3
    assert auditor.counted == MOST * 2 - 1


def test_after_the_interval_the_same_thing_is_written_again(clock: Clock) -> None:
    heard: list[dict[str, Any]] = []
    auditor = Auditor(tell=(heard.append,), clock=clock)
    auditor.take(refused(), "same")
    clock.now += INTERVAL + 1
    auditor.take(refused(), "same")
    assert [said["event"] for said in heard] == [REFUSED, REFUSED]


class FullLog:
    """A log whose disk is full as long as ``failing``, and heals at the next try when ``heals``."""

    def __init__(self) -> None:
        self.failing = True
        self.heals = False

    def write(self, fields: dict[str, Any]) -> bool:
        self.failing = not self.heals
        return self.heals

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("when_full", "reads", "writes"),
    [(WhenFull.GO_ON, False, False), (WhenFull.STOP_WRITES, False, True), (WhenFull.STOP, True, True)],
)
def test_h186_what_stops_while_the_log_cannot_be_written(
    when_full: WhenFull, reads: bool, writes: bool
) -> None:
    log = FullLog()
    auditor = Auditor(log, when_full=when_full)  # type: ignore[arg-type]
    assert auditor.stops(False) is reads
    assert auditor.stops(True) is writes
    log.heals = True
    assert not auditor.stops(True)
    assert not auditor.stops(False)


def test_somebody_who_cannot_take_a_record_keeps_nobody_else_from_it(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[dict[str, Any]] = []

    def broken(said: dict[str, Any]) -> None:
        raise RuntimeError("gone")

    Auditor(tell=(broken, heard.append), clock=clock).take(Record(event=WRITE))
    assert len(heard) == 1
    assert "could not be handed on" in caplog.text


def test_who_listens_hears_what_is_written_down_and_not_what_is_counted(clock: Clock) -> None:
    auditor = Auditor(clock=clock)
    heard: list[Record] = []
    auditor.take(refused(), "alike")
    auditor.listen(heard.append)
    auditor.take(refused(), "alike")
    auditor.take(refused("10.0.0.8"), "another")
    assert [(one.event, one.client) for one in heard] == [(REFUSED, "10.0.0.8")]
    clock.now += INTERVAL
    auditor.sweep()
    assert [(one.event, one.count) for one in heard[1:]] == [(REPEATED, 1)]
