"""An inverter that follows the sun, and the limit it is given."""

from __future__ import annotations

import pytest

from port502.simulate.models.inverter import FEEDING, SLEEPING, THROTTLED, Inverter
from tests.simulate.maps import HOUR, MIDNIGHT, NOON


def test_it_sleeps_at_night() -> None:
    found = Inverter(1).at(MIDNIGHT)
    assert found["active_power"] == 0.0
    assert found["dc_voltage"] == 0.0
    assert found["active_energy~day"] == 0.0
    assert found["state"] == SLEEPING


def test_it_feeds_at_noon() -> None:
    found = Inverter(1).at(NOON)
    assert found["active_power"] > 1000
    assert found["dc_power"] > found["active_power"]
    assert found["efficiency"] == pytest.approx(found["active_power"] / found["dc_power"])
    assert found["state"] in (FEEDING, THROTTLED)


def test_strings_add_up() -> None:
    found = Inverter(1).at(NOON)
    parts = [found[f"dc_voltage#{n}"] * found[f"dc_current#{n}"] for n in (1, 2, 3, 4)]
    assert sum(parts) == pytest.approx(found["dc_power"])


def test_the_yield_is_the_integral_and_begins_at_midnight() -> None:
    inverter = Inverter(1)
    before = inverter.at(NOON)
    powers = []
    for minute in range(60):
        powers.append(inverter.at(NOON + 60 * minute)["active_power"])
    after = inverter.at(NOON + HOUR)
    counted = after["active_energy"] - before["active_energy"]
    assert counted == pytest.approx(sum(powers) / 60, rel=0.03)
    assert after["active_energy~day"] - before["active_energy~day"] == pytest.approx(counted)
    assert inverter.at(MIDNIGHT + 25 * HOUR)["active_energy~day"] == 0.0


def test_todays_yield_is_there_even_if_nobody_looked_before() -> None:
    assert Inverter(1).at(NOON)["active_energy~day"] > 500


def test_a_limit_is_obeyed_as_a_ratio_and_in_watts() -> None:
    inverter = Inverter(1, rated=10_000.0)
    inverter.at(NOON)
    assert inverter.take("active_power_limit/ratio", 0.1, NOON)
    assert inverter.at(NOON + 1)["active_power"] <= 1000.0
    assert inverter.at(NOON + 1)["state"] == THROTTLED
    assert inverter.take("active_power_limit", 500.0, NOON + 1)
    assert inverter.at(NOON + 2)["active_power"] <= 500.0
    assert not inverter.take("active_power_limit", -1.0, NOON + 2)
    assert not inverter.take("speed_setpoint", 1.0, NOON + 2)
