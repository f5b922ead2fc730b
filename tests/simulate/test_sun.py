"""The weather of a simulated plant."""

from __future__ import annotations

from port502.simulate.sun import Sky
from port502.simulate.waves import DAY
from tests.simulate.maps import HOUR, MIDNIGHT, NOON

WINTER = MIDNIGHT + 183 * DAY


def test_nights_are_dark_and_noons_are_bright() -> None:
    sky = Sky(1)
    assert sky.irradiance(MIDNIGHT) == 0
    assert 150 < sky.irradiance(NOON) <= 1000
    assert 0 < sky.irradiance(NOON - 6 * HOUR) < sky.irradiance(NOON)


def test_winter_days_are_shorter() -> None:
    def light(day: float) -> int:
        return sum(Sky(1).irradiance(day + HOUR * hour / 4) > 0 for hour in range(96))

    assert light(WINTER) < light(MIDNIGHT)


def test_days_differ() -> None:
    sky = Sky(1)
    days = {round(sky.clearness(NOON + DAY * day), 6) for day in range(30)}
    assert len(days) == 30
    assert min(days) >= 0.3
    assert max(days) <= 1.0


def test_summer_afternoons_are_warm() -> None:
    sky = Sky(1)
    assert sky.temperature(NOON + 3 * HOUR) > sky.temperature(NOON - 9 * HOUR)
    assert sky.temperature(NOON) > sky.temperature(WINTER + 12 * HOUR)
