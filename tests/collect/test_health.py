"""When a unit is online, suspect and offline (collector.md, section 4: 3 failures and 5 s, then 10 s to 60 s)."""

from __future__ import annotations

import pytest

from port502.collect.health import OFFLINE, ONLINE, SUSPECT, UNKNOWN, UnitHealth


@pytest.fixture
def health() -> UnitHealth:
    return UnitHealth(100.0)


def test_a_unit_is_unknown_until_it_answers(health: UnitHealth) -> None:
    assert health.state == UNKNOWN
    assert health.may_ask(100.0)
    assert health.answered(101.0)
    assert health.state == ONLINE
    assert not health.answered(102.0)


def test_offline_needs_three_failures_and_five_seconds(health: UnitHealth) -> None:
    health.answered(100.0)
    assert health.failed(101.0, "timeout", 1.0, shared=False)
    assert health.state == SUSPECT
    assert not health.failed(102.0, "timeout", 1.0, shared=False)
    assert not health.failed(103.0, "timeout", 1.0, shared=False)
    assert not health.failed(104.9, "timeout", 1.0, shared=False)
    assert health.failed(105.0, "timeout", 1.0, shared=False), "five seconds after it was first asked in vain"
    assert health.state == OFFLINE
    assert health.reason == "timeout"


def test_five_seconds_alone_are_not_enough(health: UnitHealth) -> None:
    health.answered(100.0)
    health.failed(130.0, "timeout", 1.0, shared=False)
    health.failed(131.0, "timeout", 1.0, shared=False)
    assert health.state == SUSPECT


def test_probes_come_every_ten_seconds_and_then_seldom(health: UnitHealth) -> None:
    now = 100.0
    for _ in range(3):
        now += 5.0
        health.failed(now, "timeout", 1.0, shared=True)
    pauses = []
    for _ in range(6):
        pauses.append(health.next_test - now)
        assert not health.may_ask(health.next_test - 0.01)
        now = health.next_test
        assert health.may_ask(now)
        health.failed(now, "timeout", 1.0, shared=True)
    assert pauses == [10.0, 20.0, 40.0, 60.0, 60.0, 60.0]


def test_a_suspect_gets_a_fifth_of_a_wire_that_others_need(health: UnitHealth) -> None:
    health.failed(101.0, "timeout", 1.0, shared=True)
    assert not health.may_ask(104.9)
    assert health.may_ask(105.0)
    alone = UnitHealth(100.0)
    alone.failed(101.0, "timeout", 1.0, shared=False)
    assert alone.may_ask(101.0)


def test_a_doubtful_unit_gets_less_patience_and_more_each_time(health: UnitHealth) -> None:
    assert health.timeout(3.0, 0.02) == 3.0, "the first request of all is given its full time"
    health.answered(100.0)
    assert health.timeout(3.0, 0.02) == 3.0
    given = []
    for number in range(5):
        health.failed(101.0 + number, "timeout", 1.0, shared=True)
        given.append(health.timeout(3.0, 0.02))
    assert given == [pytest.approx(value) for value in (0.6, 1.2, 2.4, 3.0, 3.0)]


def test_without_knowing_what_is_usual_patience_is_full(health: UnitHealth) -> None:
    health.failed(101.0, "timeout", 1.0, shared=True)
    assert health.timeout(3.0, None) == 3.0


def test_one_answer_makes_all_good(health: UnitHealth) -> None:
    for number in range(5):
        health.failed(101.0 + 10 * number, "timeout", 1.0, shared=True)
    assert health.state == OFFLINE
    assert health.answered(200.0)
    assert (health.state, health.failures, health.reason) == (ONLINE, 0, "")
    assert health.since == 200.0
    assert health.may_ask(200.0)


def test_after_a_new_connection_nobody_waits_for_the_next_probe(health: UnitHealth) -> None:
    for number in range(8):
        health.failed(101.0 + 10 * number, "timeout", 1.0, shared=True)
    assert not health.may_ask(175.0)
    health.hurry(175.0)
    assert health.may_ask(175.0)
    health.failed(176.0, "timeout", 1.0, shared=True)
    assert health.next_test == 186.0
