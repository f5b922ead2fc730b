"""A hybrid inverter: sun, battery, house and grid, whose powers always add up to nothing."""

from __future__ import annotations

from port502.simulate.chance import share
from port502.simulate.models.battery import Battery
from port502.simulate.models.inverter import Inverter
from port502.simulate.models.model import Evolving, Reading, Readings
from port502.simulate.waves import DAY, FAST, daily, restless

HOUR = 3600.0
SHARED = (
    "dc_power",
    "dc_voltage",
    "dc_current",
    "active_power",
    "temperature",
    "state",
    "active_power_setpoint",
)
"""Keys that stay the inverter's; what only the battery has is the battery's."""


class Hybrid(Evolving):
    """An inverter and a battery in one house; power from the grid is positive."""

    longest_step = 60.0

    def __init__(self, seed: object) -> None:
        super().__init__()
        self._inverter = Inverter(seed)
        self._battery = Battery(seed)
        self._house = daily(1400.0, 500.0, 18.5) + restless(0.0, 450.0, FAST, seed, "house")
        past = 4.0e6 * (0.5 + share(seed, "past"))
        self._energies = {
            "load_energy": 2.2 * past,
            "active_energy_import": past,
            "active_energy_export": 1.4 * past,
        }
        self._today = dict.fromkeys(self._energies, 0.0)

    def begin(self, time: float) -> None:
        """The parts begin by themselves."""
        self._inverter.advance(time)
        self._battery.advance(time)

    def step(self, time: float, seconds: float) -> None:
        """Count what went to the house, and over the meter."""
        if time % DAY < seconds:
            self._today = dict.fromkeys(self._energies, 0.0)
        found = self._parts(time)
        house, grid = _number(found["load_power"]), _number(found["grid_power"])
        passed = seconds / HOUR
        for name, power in (
            ("load_energy", house),
            ("active_energy_import", max(0.0, grid)),
            ("active_energy_export", max(0.0, -grid)),
        ):
            self._energies[name] += power * passed
            self._today[name] += power * passed

    def readings(self, time: float) -> Readings:
        """The inverter's readings, the battery's, the house's and the grid's."""
        found = self._parts(time)
        for name, energy in self._energies.items():
            found[name] = energy
            found[f"{name}~day"] = self._today[name]
        return found

    def take(self, key: str, value: float | str, time: float) -> bool:
        """Whatever the inverter or the battery takes."""
        self.advance(time)
        return self._inverter.take(key, value, time) or self._battery.take(key, value, time)

    def _parts(self, time: float) -> dict[str, Reading]:
        battery = dict(self._battery.at(time))
        found = dict(self._inverter.at(time))
        found |= {key: value for key, value in battery.items() if key not in SHARED}
        house = max(80.0, self._house.at(time))
        found["load_power"] = house
        found["grid_power"] = house + _number(found["battery_power"]) - _number(found["active_power"])
        return found


def _number(reading: Reading) -> float:
    return reading if isinstance(reading, float | int) else 0.0
