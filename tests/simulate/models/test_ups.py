"""A supply that outlives the mains for a while."""

from __future__ import annotations

import itertools

from port502.simulate.models.ups import ON_BATTERY, PERIOD, Ups
from tests.simulate.maps import NOON

TIMES = [NOON + 5.0 * step for step in range(int(2 * PERIOD / 5))]


def test_the_mains_fail_and_come_back() -> None:
    ups = Ups(1)
    states = [ups.at(time)["state"] == ON_BATTERY for time in TIMES]
    assert any(states)
    assert not all(states)
    assert sum(states) * 5 < 2 * PERIOD / 5


def test_on_battery_the_input_is_dead_and_the_output_is_not() -> None:
    ups = Ups(1)
    for time in TIMES:
        found = ups.at(time)
        if found["state"] == ON_BATTERY:
            assert found["input_voltage"] == 0.0
            assert found["battery_current"] < 0
        assert found["output_voltage"] == 230.0


def test_the_battery_empties_and_fills() -> None:
    ups = Ups(1)
    charges = [(ups.at(time)["state"] == ON_BATTERY, ups.at(time)["state_of_charge"]) for time in TIMES]
    for (_, before), (failed, after) in itertools.pairwise(charges):
        assert (after < before) if failed else (after >= before)
    assert min(charge for _, charge in charges) < 0.99


def test_failures_are_counted_and_the_same_seed_fails_alike() -> None:
    ups = Ups(1)
    before = ups.at(TIMES[0])["counter"]
    for time in TIMES:
        ups.at(time)
    assert ups.at(TIMES[-1])["counter"] >= before + 1
    assert [Ups(1).is_failed(time) for time in TIMES] == [ups.is_failed(time) for time in TIMES]
