"""A meter whose energy is the integral of its power."""

from __future__ import annotations

import pytest

from port502.simulate.models.meter import Meter
from port502.simulate.models.power import PHASES
from tests.simulate.maps import HOUR, MIDNIGHT, NOON


def number(meter: Meter, key: str, time: float) -> float:
    reading = meter.at(time)[key]
    assert isinstance(reading, float)
    return reading


def test_energy_is_the_integral_of_power() -> None:
    meter = Meter(7)
    steps = [NOON + second for second in range(0, 3600, 5)]
    mean = sum(number(meter, "active_power", time + 2.5) for time in steps) / len(steps)
    counted = number(meter, "active_energy_import", NOON + HOUR) - number(meter, "active_energy_import", NOON)
    assert counted == pytest.approx(mean, rel=1e-3)


def test_phases_sum() -> None:
    found = Meter(7).at(NOON)
    for name in ("active_power", "reactive_power", "active_energy_import", "current"):
        parts = [found[f"{name}@{phase}"] for phase in PHASES]
        assert sum(parts) == pytest.approx(found[name])


def test_it_is_a_function_of_seed_and_time() -> None:
    asked_often = Meter(7)
    for minute in range(100):
        asked_often.at(NOON + 60 * minute)
    assert asked_often.at(NOON + HOUR) == Meter(7).at(NOON + HOUR)
    assert Meter(8).at(NOON) != Meter(7).at(NOON)


def test_the_day_begins_at_midnight() -> None:
    meter = Meter(7)
    assert number(meter, "active_energy_import~day", MIDNIGHT) == 0.0
    assert number(meter, "active_energy_import~day", MIDNIGHT + HOUR) > 0.0


@pytest.mark.parametrize("seed", range(20))
def test_values_are_those_of_a_meter(seed: int) -> None:
    meter = Meter(seed)
    for hour in range(0, 24, 3):
        found = meter.at(MIDNIGHT + HOUR * hour)
        assert 215 < found["voltage@l1"] < 245
        assert 49.9 < found["frequency"] < 50.1
        assert 0.5 < found["power_factor"] <= 1.0
        assert found["active_power@l1"] > 0


def test_evenings_and_nights_differ() -> None:
    meter = Meter(3, power=5000.0)
    hours = [number(meter, "active_power_demand", MIDNIGHT + HOUR * hour) for hour in range(24)]
    assert max(hours) > 1.5 * min(hours)
