"""A tank that a pump keeps between two levels."""

from __future__ import annotations

from port502.simulate.models.tank import EMPTY, FULL, Tank
from tests.simulate.maps import NOON


def test_the_level_goes_up_and_down_between_its_limits() -> None:
    tank = Tank(1)
    found = [tank.at(NOON + 5.0 * step) for step in range(1500)]
    levels = [one["level"] for one in found]
    assert min(levels) < EMPTY + 0.05
    assert max(levels) > FULL - 0.01
    assert all(0.2 < level < 0.95 for level in levels)
    assert {one["digital_output"] for one in found} == {0.0, 1.0}


def test_without_the_automatic_it_runs_full() -> None:
    tank = Tank(1)
    assert tank.at(NOON)["command"] == 1.0
    assert tank.take("command", 0.0, NOON)
    assert tank.at(NOON)["command"] == 0.0
    assert tank.at(NOON + 7200)["level"] == 1.0
    assert tank.take("command", 1.0, NOON + 7200)
    assert tank.at(NOON + 7800)["level"] < 1.0


def test_the_setpoint_is_the_pumps() -> None:
    tank = Tank(1)
    tank.at(NOON)
    assert tank.take("speed_setpoint", 700.0, NOON)
    speeds = [tank.at(NOON + 5.0 * step)["speed"] for step in range(1500)]
    assert max(speeds) == 700.0
    assert not tank.take("speed_setpoint", 9000.0, NOON + 9000)
    assert not tank.take("speed_setpoint", "fast", NOON + 9000)
