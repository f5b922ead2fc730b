"""Air, light and noise of a building."""

from __future__ import annotations

from port502.simulate.models.sensor import Sensor
from tests.simulate.maps import HOUR, MIDNIGHT, NOON


def test_a_day_in_a_room() -> None:
    sensor = Sensor(1)
    for hour in range(24):
        found = sensor.at(MIDNIGHT + HOUR * hour)
        assert 18 < found["room_temperature"] < 25
        assert 0.3 < found["humidity"] < 0.6
        assert 400e-6 < found["carbon_dioxide"] < 1200e-6
        assert found["dew_point"] < found["temperature"]


def test_people_and_light_come_by_day() -> None:
    sensor = Sensor(1)
    assert sensor.at(NOON)["carbon_dioxide"] > sensor.at(MIDNIGHT)["carbon_dioxide"]
    assert sensor.at(NOON)["illuminance"] > 10 * sensor.at(MIDNIGHT)["illuminance"]


def test_it_is_a_function_of_seed_and_time() -> None:
    assert Sensor(1).at(NOON) == Sensor(1).at(NOON)
    assert Sensor(1).at(NOON) != Sensor(2).at(NOON)
