"""A house with sun, battery and grid: the powers add up at every moment."""

from __future__ import annotations

import pytest

from port502.simulate.models.hybrid import Hybrid
from tests.simulate.maps import HOUR, MIDNIGHT, NOON


def test_nothing_gets_lost() -> None:
    house = Hybrid(1)
    for hour in range(48):
        found = house.at(MIDNIGHT + HOUR * hour)
        taken = found["load_power"] + found["battery_power"]
        assert taken == pytest.approx(found["grid_power"] + found["active_power"])


def test_energies_follow_the_powers() -> None:
    house = Hybrid(1)
    before = house.at(NOON)
    loads = [house.at(NOON + 60 * minute)["load_power"] for minute in range(1, 61)]
    after = house.at(NOON + HOUR)
    assert after["load_energy"] - before["load_energy"] == pytest.approx(sum(loads) / 60, rel=0.02)
    assert after["load_energy~day"] < after["load_energy"]


def test_what_is_written_reaches_the_right_part() -> None:
    house = Hybrid(1)
    house.at(NOON)
    assert house.take("active_power_limit/ratio", 0.0, NOON)
    assert house.at(NOON + 1)["active_power"] == 0.0
    assert house.take("charge_power", 1000.0, NOON + 1)
    assert not house.take("speed_setpoint", 1.0, NOON + 1)
