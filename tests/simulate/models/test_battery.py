"""A battery that fills, empties, and stays within its limits."""

from __future__ import annotations

import pytest

from port502.simulate.models.battery import CHARGING, DISCHARGING, Battery
from tests.simulate.maps import HOUR, MIDNIGHT


def test_the_charge_follows_the_power() -> None:
    battery = Battery(1)
    before = battery.at(MIDNIGHT)
    assert battery.take("active_power_setpoint", 2000.0, MIDNIGHT)
    after = battery.at(MIDNIGHT + HOUR / 2)
    gained = after["state_of_charge"] - before["state_of_charge"]
    stored = after["energy_stored"] - before["energy_stored"]
    assert gained > 0
    assert stored == pytest.approx(1000.0 * 0.96, rel=0.02)
    assert after["charge_energy"] - before["charge_energy"] == pytest.approx(1000.0, rel=0.02)
    assert after["state"] == CHARGING


@pytest.mark.parametrize("wanted", [50_000.0, -50_000.0])
def test_it_never_leaves_its_limits(wanted: float) -> None:
    battery = Battery(1)
    battery.at(MIDNIGHT)
    battery.take("active_power_setpoint", wanted, MIDNIGHT)
    charges = [battery.at(MIDNIGHT + 600 * step)["state_of_charge"] for step in range(200)]
    assert all(0.05 <= one <= 1.0 for one in charges)
    assert abs(battery.at(MIDNIGHT + 600 * 200)["battery_power"]) < 100


def test_voltage_times_current_is_power() -> None:
    battery = Battery(1)
    battery.at(MIDNIGHT)
    battery.take("discharge_power", 1500.0, MIDNIGHT)
    found = battery.at(MIDNIGHT + 60)
    assert found["battery_power"] == -1500.0
    assert found["battery_voltage"] * found["battery_current"] == pytest.approx(-1500.0)
    assert found["discharge_power"] == 1500.0
    assert found["state"] == DISCHARGING
    assert found["time_remaining"] > 0


def test_left_alone_it_has_its_days() -> None:
    battery = Battery(1)
    powers = [battery.at(MIDNIGHT + HOUR * hour)["battery_power"] for hour in range(48)]
    assert max(powers) > 500
    assert min(powers) < -500


def test_what_it_does_not_know_it_does_not_take() -> None:
    assert not Battery(1).take("speed_setpoint", 1.0, MIDNIGHT)
    assert not Battery(1).take("active_power_setpoint", "much", MIDNIGHT)
    assert Battery(1).take("state_of_charge_limit", 0.2, MIDNIGHT)
