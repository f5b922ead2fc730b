"""An uninterruptible supply: on mains most of the time, on battery when they fail, charging again after."""

from __future__ import annotations

from math import sqrt

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Evolving, Readings, Status
from port502.simulate.waves import CALM, FAST, restless

PERIOD = 1800.0
"""Seconds between two failures of the mains, about."""

OUTAGE = 120.0
RATED = 3_000.0
HOUR = 3600.0

ON_MAINS = Status(("online", "on line", "on mains", "normal", "on utility", "utility", "mains", "ready"), 2)
ON_BATTERY = Status(("on battery", "battery", "discharging", "backup", "inverter"), 3)
CHARGING = Status(("charging", "online", "on line", "normal"), 2)


class Ups(Evolving):
    """A supply of ``rated`` W that lasts about 20 minutes at half load; the mains fail by chance, by the seed."""

    longest_step = 5.0

    def __init__(self, seed: object, *, rated: float = RATED) -> None:
        super().__init__()
        self._seed = seed
        dice = chance(seed, "ups")
        self._rated = rated
        self._load = restless(rated * (0.35 + 0.2 * dice.random()), rated * 0.08, FAST, seed, "load")
        self._mains = restless(231.0, 2.5, CALM, seed, "mains")
        self._room = restless(25.0, 1.5, CALM, seed, "room")
        self._capacity = rated / 6
        self._charge = 1.0
        self._on_battery = 0.0
        self._failures = round(40 * share(seed, "failures"))

    def begin(self, time: float) -> None:
        """The battery is full."""

    def step(self, time: float, seconds: float) -> None:
        """Discharge on battery, charge on mains."""
        if self.is_failed(time):
            if not self._on_battery:
                self._failures += 1
            self._on_battery += seconds
            self._charge -= self._load.at(time) / 0.92 * seconds / HOUR / self._capacity
        else:
            self._on_battery = 0.0
            self._charge += 0.25 * seconds / HOUR * (1.0 if self._charge < 0.9 else 0.5)
        self._charge = min(1.0, max(0.02, self._charge))

    def is_failed(self, time: float) -> bool:
        """Whether the mains are gone at a time."""
        number = int(time // PERIOD)
        begin = (0.2 + 0.6 * share(self._seed, "outage", number)) * PERIOD
        length = OUTAGE * (0.5 + share(self._seed, "length", number))
        return begin <= time % PERIOD < begin + length

    def readings(self, time: float) -> Readings:
        """Input, output, battery and time left."""
        failed = self.is_failed(time)
        load = self._load.at(time)
        volts = 0.0 if failed else self._mains.at(time)
        output = 230.0
        battery = 48.0 + 6.0 * self._charge - (2.0 if failed else 0.0)
        drawn = load / 0.92 / battery
        state = ON_BATTERY if failed else ON_MAINS if self._charge > 0.99 else CHARGING
        return {
            "input_voltage": volts,
            "input_current": 0.0 if failed else load / 0.93 / volts,
            "input_power": 0.0 if failed else load / 0.93,
            "output_voltage": output,
            "voltage": output,
            "output_current": load / output / 0.9,
            "current": load / output / 0.9,
            "output_power": load,
            "active_power": load,
            "apparent_power": load / 0.9,
            "reactive_power": load / 0.9 * sqrt(1 - 0.81),
            "power_factor": 0.9,
            "load": load / self._rated,
            "frequency": 50.0,
            "output_frequency": 50.0,
            "state_of_charge": self._charge,
            "state_of_health": 0.97,
            "battery_voltage": battery,
            "battery_current": -drawn if failed else (0.0 if self._charge >= 1 else 2.5),
            "battery_temperature": self._room.at(time) + (3.0 if failed else 1.0),
            "temperature": self._room.at(time),
            "ambient_temperature": self._room.at(time),
            "time_remaining": self._charge * self._capacity * 0.92 / load * HOUR,
            "efficiency": 0.93,
            "rated_power": self._rated,
            "counter": float(self._failures),
            "state": state,
        }
