"""Learned time-outs and dead units, without a clock."""

from __future__ import annotations

import random

import pytest

from port502.gateway.patience import ENOUGH, MEASURED, Patience, UnitState, UnitTimes


def test_a_unit_begins_at_the_maximum_and_learns_from_enough_replies() -> None:
    unit = UnitTimes(Patience(maximum=2.0))
    assert (unit.state, unit.timeout, unit.learned) == (UnitState.UNKNOWN, 2.0, False)
    for _ in range(ENOUGH - 1):
        unit.answered(0.1)
    assert unit.timeout == 2.0
    unit.answered(0.1)
    assert unit.learned
    assert unit.timeout == pytest.approx(0.3)


def test_forty_give_or_take_ten_milliseconds_settles_below_a_quarter_second_without_false_time_outs() -> None:
    chance = random.Random(5)
    unit = UnitTimes(Patience())
    for _ in range(10_000):
        taken = 0.04 + chance.uniform(-0.01, 0.01)
        assert taken < unit.allowed(None)
        unit.answered(taken)
    assert unit.timeout < 0.25
    assert unit.replies == MEASURED


def test_what_is_learned_has_a_floor_and_a_ceiling() -> None:
    quick, slow = UnitTimes(Patience()), UnitTimes(Patience(maximum=0.5))
    for _ in range(ENOUGH):
        quick.answered(0.0001)
        slow.answered(0.4)
    assert quick.timeout == 0.05
    assert slow.timeout == 0.5


def test_a_unit_that_becomes_slower_is_given_more_at_once() -> None:
    unit = UnitTimes(Patience())
    for _ in range(MEASURED):
        unit.answered(0.03)
    for _ in range(3):
        unit.answered(0.08)
    assert unit.timeout == pytest.approx(0.24)


def test_a_known_unit_gets_twice_as_long_after_each_miss() -> None:
    unit = UnitTimes(Patience())
    for _ in range(ENOUGH):
        unit.answered(0.03)
    unit.missed(0.0)
    assert unit.allowed(None) == pytest.approx(0.18)
    unit.missed(0.0)
    assert unit.allowed(None) == pytest.approx(0.36)


def test_one_that_never_answered_costs_its_neighbours_the_maximum_once() -> None:
    unit = UnitTimes(Patience())
    assert unit.allowed(0.05) == 1.0
    unit.missed(0.0)
    assert unit.allowed(0.05) == pytest.approx(0.1)
    assert unit.allowed(None) == 1.0


def test_three_misses_and_a_unit_is_dead_until_its_probe_and_one_reply_brings_it_back() -> None:
    unit = UnitTimes(Patience())
    for number in range(3):
        assert unit.may_ask(10.0)
        unit.missed(10.0)
        assert unit.state is (UnitState.DEAD if number == 2 else UnitState.SUSPECT)
    assert not unit.may_ask(11.9)
    assert unit.may_ask(12.0)
    unit.answered(0.01)
    assert unit.state is UnitState.ALIVE
    assert unit.may_ask(12.0)


def test_probes_become_rare_up_to_one_a_minute() -> None:
    unit, now, pauses = UnitTimes(Patience()), 0.0, []
    for _ in range(40):
        unit.missed(now)
        pauses.append(unit.retry_at - now)
        now = unit.retry_at
    assert pauses[2:6] == [2.0, 4.0, 6.0, 8.0]
    assert pauses[-1] == 60.0


def test_resetting_forgets_all() -> None:
    unit = UnitTimes(Patience())
    for _ in range(ENOUGH):
        unit.answered(0.03)
    assert unit.percentile(0.5) == pytest.approx(0.03)
    unit.reset()
    assert (unit.timeout, unit.learned, unit.percentile(0.99)) == (1.0, False, None)
