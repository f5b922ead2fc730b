"""A drive that ramps to its reference and does what it is told."""

from __future__ import annotations

import pytest

from port502.simulate.models.drive import RATED_SPEED, RUNNING, STOPPED, Drive, runs
from tests.simulate.maps import HOUR, NOON


def running() -> Drive:
    drive = Drive(1, ramp=10.0)
    drive.at(NOON)
    return drive


def test_the_speed_ramps_to_the_reference() -> None:
    drive = running()
    start = drive.at(NOON)["speed"]
    assert drive.take("speed_setpoint", RATED_SPEED, NOON)
    middle = drive.at(NOON + 1.0)["speed"]
    assert start < middle < RATED_SPEED
    assert middle - start == pytest.approx(RATED_SPEED / 10)
    assert drive.at(NOON + 11.0)["speed"] == pytest.approx(RATED_SPEED)


def test_the_power_grows_with_the_cube_of_the_speed() -> None:
    drive = running()
    drive.take("speed_setpoint/ratio", 1.0, NOON)
    full = drive.at(NOON + 60)["output_power"]
    drive.take("frequency_setpoint", 25.0, NOON + 60)
    half = drive.at(NOON + 120)["output_power"]
    assert full / half == pytest.approx(8, rel=0.25)


def test_a_stop_coasts_down_and_a_start_comes_back() -> None:
    drive = running()
    assert drive.take("command", "Stop", NOON)
    assert drive.at(NOON)["state"] == RUNNING
    stopped = drive.at(NOON + 60)
    assert stopped["state"] == STOPPED
    assert stopped["speed"] == 0.0
    assert stopped["output_power"] == 0.0
    drive.take("command", "Run forward", NOON + 60)
    assert drive.at(NOON + 120)["speed"] > 500


def test_it_counts_hours_and_energy_while_it_turns() -> None:
    drive = running()
    before, after = drive.at(NOON), drive.at(NOON + HOUR)
    assert after["operating_time"] - before["operating_time"] == pytest.approx(HOUR)
    assert after["active_energy"] - before["active_energy"] == pytest.approx(after["output_power"], rel=0.05)


@pytest.mark.parametrize("word", [0x047F, 0x000F, 0x047C, 1, 2])
def test_control_words_that_start(word: int) -> None:
    assert runs(word)


@pytest.mark.parametrize("word", [0x047E, 0x0006, 0x0007, 0x043C, 0])
def test_control_words_that_stop(word: int) -> None:
    assert not runs(word)


def test_it_turns_backwards_too_and_not_too_fast() -> None:
    drive = running()
    drive.take("speed_setpoint/ratio", -9.0, NOON)
    found = drive.at(NOON + 600)
    assert found["speed"] == pytest.approx(-1.2 * RATED_SPEED)
    assert found["current"] > 0


def test_what_means_nothing_is_not_taken() -> None:
    drive = running()
    assert not drive.take("command", "sing", NOON)
    assert not drive.take("speed_setpoint", "fast", NOON)
    assert not drive.take("temperature_setpoint", 3.0, NOON)
    assert drive.take("ramp", 2.0, NOON)
