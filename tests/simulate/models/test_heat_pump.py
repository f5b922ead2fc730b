"""A heat pump that keeps a house warm."""

from __future__ import annotations

import pytest

from port502.simulate.models.heat_pump import HeatPump
from port502.simulate.waves import DAY
from tests.simulate.maps import HOUR, MIDNIGHT

WINTER = MIDNIGHT + 200 * DAY


def test_the_room_stays_warm_in_winter() -> None:
    pump = HeatPump(1)
    rooms = [pump.at(WINTER + HOUR * hour / 2)["room_temperature"] for hour in range(96)]
    assert all(19.5 < room < 23 for room in rooms)


def test_it_works_more_in_winter() -> None:
    def taken(day: float) -> float:
        pump = HeatPump(1)
        before, after = pump.at(day)["active_energy"], pump.at(day + DAY)["active_energy"]
        return after - before

    assert taken(WINTER) > 2 * taken(MIDNIGHT)


def test_heat_is_power_times_its_coefficient() -> None:
    pump = HeatPump(1)
    for hour in range(48):
        found = pump.at(WINTER + HOUR * hour / 2)
        if found["heat_power"]:
            product = found["active_power"] * found["coefficient_of_performance"]
            assert product == pytest.approx(found["heat_power"])
            assert 1.5 < found["coefficient_of_performance"] < 6
            assert found["supply_temperature"] > found["return_temperature"]
            return
    pytest.fail("it never ran")


def test_setpoints_are_obeyed() -> None:
    pump = HeatPump(1)
    pump.at(WINTER)
    assert pump.take("temperature_setpoint", 16.0, WINTER)
    assert pump.at(WINTER)["temperature_setpoint"] == 16.0
    cooler = pump.at(WINTER + 2 * DAY)["room_temperature"]
    assert cooler < 18
    assert pump.take("temperature_setpoint", 60.0, WINTER + 2 * DAY)
    waters = [pump.at(WINTER + 2 * DAY + 600 * step)["hot_water_temperature"] for step in range(40)]
    assert max(waters) > 55
    assert not pump.take("temperature_setpoint", "warm", WINTER + 3 * DAY)


def test_starts_are_counted() -> None:
    pump = HeatPump(1)
    before = pump.at(WINTER)["starts"]
    for step in range(144):
        pump.at(WINTER + 600 * step)
    assert pump.at(WINTER + DAY)["starts"] > before
