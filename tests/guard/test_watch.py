from __future__ import annotations

from typing import Any

import pytest

from port502.guard.auditor import Auditor
from port502.guard.parts import parts_of
from port502.guard.record import Record
from port502.guard.watch import Watch
from port502.protocol.register_access import WriteSingleRegisterRequest
from tests.guard.rules import ENGINEER, OTHER, SCADA


@pytest.fixture
def heard() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def watch(heard: list[dict[str, Any]]) -> Watch:
    return Watch(Auditor(tell=(heard.append,)))


def test_a_client_that_nobody_knows_is_an_event_once(watch: Watch, heard: list[dict[str, Any]]) -> None:
    for _ in range(3):
        watch.stranger(OTHER)
    assert [(said["event"], said["client"]) for said in heard] == [("unexpected client", "10.0.0.9")]
    assert watch.counters["unexpected client"] == 3


def test_the_first_write_at_a_place_is_an_event(watch: Watch, heard: list[dict[str, Any]]) -> None:
    for address in (5, 5, 6):
        watch.wrote(SCADA, 1, parts_of(WriteSingleRegisterRequest(address, 1))[0])
    watch.wrote(ENGINEER, 1, parts_of(WriteSingleRegisterRequest(5, 1))[0])
    assert [(said["client"], said["address"]) for said in heard] == [
        ("10.0.0.1", 5),
        ("10.0.0.1", 6),
        ("10.0.0.5", 5),
    ]
    assert watch.counters["new write"] == 3


def test_connections_are_counted_by_cause_and_the_ordinary_ones_are_no_events(
    watch: Watch, heard: list[dict[str, Any]]
) -> None:
    for cause in ("refused", "bad certificate", "idle", "stopped", "made room"):
        watch.connection(cause, OTHER, f"closed: {cause}")
    assert [said["cause"] for said in heard] == ["refused", "bad certificate", "made room"]
    assert watch.counters["idle"] == 1


def test_a_watch_without_an_auditor_only_counts() -> None:
    watch = Watch()
    watch.stranger(OTHER)
    watch.wrote(SCADA, 1, parts_of(WriteSingleRegisterRequest(5, 1))[0])
    watch.connection("refused", OTHER, "")
    assert sum(watch.counters.values()) == 3


def test_what_is_turned_away_is_counted_and_the_last_of_it_known(watch: Watch) -> None:
    assert watch.last_refusal is None
    for reason in ("no rule fits", "too large"):
        watch.turned_away(Record(event="refused", reason=reason))
    assert watch.counters["turned away"] == 2
    assert watch.last_refusal is not None
    assert watch.last_refusal.reason == "too large"
