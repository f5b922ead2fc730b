"""A generator set that starts, runs, cools down and stops."""

from __future__ import annotations

from port502.simulate.models.generator import (
    COOLING,
    LOADED,
    NOMINAL_SPEED,
    PERIOD,
    STARTING,
    STOPPED,
    Generator,
)
from tests.simulate.maps import NOON


def test_it_goes_through_all_its_states_in_an_hour() -> None:
    generator = Generator(1)
    states = {str(generator.at(NOON + 2 * step)["state"]) for step in range(int(PERIOD))}
    assert states == {str(one) for one in (STOPPED, STARTING, LOADED, COOLING)}


def test_start_and_stop_are_obeyed() -> None:
    generator = Generator(1)
    generator.at(NOON)
    assert generator.take("command", "Start", NOON)
    running = generator.at(NOON + 60)
    assert running["speed"] == NOMINAL_SPEED
    assert running["frequency"] == 50.0
    assert running["active_power"] > 1000
    assert running["oil_pressure"] > 3e5
    assert generator.take("command", 0.0, NOON + 60)
    stopped = generator.at(NOON + 900)
    assert stopped["speed"] == 0.0
    assert stopped["voltage@l1"] == 0.0
    assert not generator.take("speed_setpoint", 3.0, NOON)


def test_it_burns_fuel_and_counts_hours_only_while_it_runs() -> None:
    generator = Generator(1)
    generator.at(NOON)
    generator.take("command", "stop", NOON)
    idle = generator.at(NOON + 900)
    assert generator.at(NOON + 1800)["level"] == idle["level"]
    assert generator.at(NOON + 1800)["operating_time"] == idle["operating_time"]
    generator.take("command", "start", NOON + 1800)
    ran = generator.at(NOON + 3600)
    assert ran["level"] < idle["level"]
    assert ran["operating_time"] > idle["operating_time"]
    assert ran["starts"] == idle["starts"] + 1
