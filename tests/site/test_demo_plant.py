"""The demo's plant: what moves, and how."""

from __future__ import annotations

from itertools import pairwise
from struct import unpack

from port502.protocol.words import data_of
from port502.site.demo_plant import EMPTY, FULL, RATED_SPEED, Drive, Meter, Tank


def measured(meter: Meter) -> tuple[float, ...]:
    return unpack(">8f", data_of(meter.device.input.read(0, 16)))


def lived(tank: Tank, seconds: int, step: float = 0.25) -> list[float]:
    levels = []
    for tick in range(int(seconds / step)):
        tank.move(tick * step, step)
        levels.append(tank.device.holding[0] / 10)
    return levels


def test_a_meter_measures_what_fits_together() -> None:
    meter = Meter(3)
    seen = set()
    for time in range(0, 300, 5):
        meter.move(time)
        *voltages, current, factor, power, frequency, energy = measured(meter)
        seen.add(power)
        assert all(220 < voltage < 240 for voltage in voltages)
        assert 0.85 < factor < 1
        assert abs(power - 3**0.5 * 400 * current * factor) < 1
        assert 49.9 < frequency < 50.1
        assert energy > 0
    assert len(seen) > 50


def test_meters_differ_and_energy_only_grows() -> None:
    first, second = Meter(1), Meter(2)
    energies = []
    for time in range(0, 3600, 60):
        first.move(time)
        second.move(time)
        energies.append(measured(first)[7])
        assert measured(first)[5] != measured(second)[5]
    assert all(earlier <= later for earlier, later in pairwise(energies))
    assert energies[-1] > energies[0]


def test_the_tank_stays_between_its_levels_by_pumping() -> None:
    tank = Tank(Drive())
    levels = lived(tank, 600)
    assert max(levels) < FULL + 5
    assert min(levels[400:]) > EMPTY - 5
    assert tank.starts >= 2


def test_the_drive_follows_the_setpoint_that_a_client_writes() -> None:
    tank = Tank(Drive())
    tank.pumping = True
    tank.device.holding[100] = 700
    lived(tank, 15)
    assert abs(tank.drive.device.input[0] - 700) <= 1
    assert tank.drive.device.discrete[1] is True


def test_without_automatic_the_pump_rests() -> None:
    tank = Tank(Drive())
    tank.device.coil[1] = False
    levels = lived(tank, 120)
    assert tank.starts == 0
    assert levels[-1] > levels[0]
    assert tank.drive.speed < RATED_SPEED / 100
