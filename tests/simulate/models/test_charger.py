"""A charging station: visits, limits and what the state says."""

from __future__ import annotations

import itertools

from port502.simulate.models.charger import CHARGING, CYCLE, FREE, PLUGGED, Charger
from tests.simulate.maps import MIDNIGHT

TIMES = [MIDNIGHT + 20.0 * step for step in range(int(2 * CYCLE / 20))]


def test_vehicles_come_charge_and_leave() -> None:
    charger = Charger(1)
    states = {str(charger.at(time)["state"]) for time in TIMES}
    assert {str(FREE), str(CHARGING)} <= states


def test_power_flows_only_while_it_charges() -> None:
    charger = Charger(1)
    for time in TIMES:
        found = charger.at(time)
        if found["state"] == FREE:
            assert found["current"] < 100
        if found["state"] == CHARGING:
            assert found["charge_power"] > 0


def charging(charger: Charger) -> float:
    """A time at which it charges, well in."""
    return next(time for time in TIMES if charger.at(time)["charge_power"] > 9000)


def test_the_limit_is_obeyed() -> None:
    charger = Charger(1)
    now = charging(charger)
    assert charger.take("current_limit", 8.0, now)
    found = charger.at(now + 30)
    assert found["current@l1"] <= 8.01
    assert found["current_limit"] == 8.0


def test_less_than_six_amperes_is_none() -> None:
    charger = Charger(1)
    now = charging(charger)
    charger.take("current_limit", 5.0, now)
    assert charger.at(now + 30)["charge_power"] == 0.0


def test_it_can_be_stopped_by_a_label_and_started_by_a_number() -> None:
    charger = Charger(1)
    now = charging(charger)
    assert charger.take("command", "Stop charging", now)
    assert charger.at(now + 30)["state"] == PLUGGED
    assert charger.take("command", 1.0, now + 30)
    assert charger.at(now + 60)["state"] == CHARGING
    assert not charger.take("speed_setpoint", 1.0, now + 60)


def test_a_session_ends_with_its_vehicle() -> None:
    charger = Charger(1)
    sessions = [charger.at(time)["session_energy"] for time in TIMES]
    totals = [charger.at(TIMES[-1])["active_energy"]]
    assert max(sessions) > 1000
    assert any(later < earlier for earlier, later in itertools.pairwise(sessions))
    assert totals[0] > max(sessions)
