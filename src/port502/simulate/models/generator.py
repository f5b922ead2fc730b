"""A generator set: it starts now and then, runs up, takes load, cools down and stops."""

from __future__ import annotations

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Evolving, Readings, Status, approach
from port502.simulate.models.power import PHASES, three_phases
from port502.simulate.waves import CALM, FAST, restless

RATED = 100_000.0
PERIOD = 3600.0
HOUR = 3600.0
NOMINAL_SPEED = 1500.0

STOPPED = Status(("stopped", "ready", "off", "standby", "idle"), 0)
STARTING = Status(("cranking", "starting", "start", "running"), 1)
LOADED = Status(("loaded", "on load", "running", "run", "operational"), 2)
COOLING = Status(("cooling", "cool", "running", "run"), 3)


class Generator(Evolving):
    """A set of ``rated`` W that runs for a third of each hour, unless told to start or stop."""

    longest_step = 2.0

    def __init__(self, seed: object, *, rated: float = RATED) -> None:
        super().__init__()
        dice = chance(seed, "generator")
        self._rated = rated
        self._shift = PERIOD * dice.random()
        self._load = restless(0.55, 0.15, FAST, seed, "load")
        self._volts = [restless(0.0, 1.0, CALM, seed, "volt", phase) for phase in PHASES]
        self._air = restless(16.0, 4.0, CALM, seed, "air")
        self._ordered: bool | None = None
        self._speed = 0.0
        self._carried = 0.0
        self._coolant = 35.0
        self._fuel = 0.5 + 0.45 * dice.random()
        self._hours = HOUR * 2000 * share(seed, "hours")
        self._starts = round(500 * share(seed, "starts"))
        self._energy = self._hours / HOUR * rated * 0.5

    def begin(self, time: float) -> None:
        """A set that should run is running already."""
        if self._wanted(time):
            self._speed, self._carried, self._coolant = NOMINAL_SPEED, self._load.at(time), 84.0

    def step(self, time: float, seconds: float) -> None:
        """Run up or down, take load, burn fuel, warm up."""
        wanted = self._wanted(time)
        if wanted and self._speed == 0.0:
            self._starts += 1
        cooled = self._carried == 0.0 and self._coolant < 78.0
        self._speed = approach(
            self._speed, NOMINAL_SPEED if wanted or (not cooled and self._speed) else 0.0, 150.0 * seconds
        )
        ready = wanted and self._speed > 0.98 * NOMINAL_SPEED
        self._carried = approach(self._carried, self._load.at(time) if ready else 0.0, 0.1 * seconds)
        goal = 76.0 + 12.0 * self._carried if self._speed else self._air.at(time)
        self._coolant += (goal - self._coolant) * min(1.0, seconds / (90.0 if self._speed else 1800.0))
        running = self._speed > 0
        self._fuel -= (0.02 + 0.12 * self._carried) * seconds / HOUR if running else 0.0
        if self._fuel < 0.1:
            self._fuel = 0.95
        self._hours += seconds if running else 0.0
        self._energy += self._rated * self._carried * seconds / HOUR

    def readings(self, time: float) -> Readings:
        """Engine and generator."""
        turning = self._speed / NOMINAL_SPEED
        watts = self._rated * self._carried
        volts = [turning * (230.0 + wave.at(time)) for wave in self._volts]
        found: dict[str, float | Status] = dict(
            three_phases(volts, [watts / 3] * 3, [0.6 * watts / 3] * 3, 50.0 * turning)
        )
        found |= {
            "speed": self._speed,
            "generator_power": watts,
            "output_power": watts,
            "load": self._carried,
            "coolant_temperature": self._coolant,
            "oil_temperature": self._coolant + 8 * turning,
            "exhaust_gas_temperature": self._air.at(time) + 420 * self._carried + 60 * turning,
            "ambient_temperature": self._air.at(time),
            "temperature": self._coolant,
            "oil_pressure": 4.2e5 * turning,
            "pressure": 4.2e5 * turning,
            "level": self._fuel,
            "battery_voltage": 27.6 if turning > 0.9 else 25.4,
            "dc_voltage": 27.6 if turning > 0.9 else 25.4,
            "operating_time": self._hours,
            "starts": float(self._starts),
            "active_energy": self._energy,
            "active_energy_total": self._energy,
            "active_energy_export": self._energy,
            "generator_energy": self._energy,
            "rated_power": self._rated,
            "state": self._status(time),
        }
        return found

    def take(self, key: str, value: float | str, time: float) -> bool:
        """Start and stop, as labels or as 1 and 0."""
        if key not in ("command", "mode_setting"):
            return False
        self.advance(time)
        if isinstance(value, str):
            words = value.lower()
            self._ordered = True if "start" in words or "run" in words else None if "auto" in words else False
        else:
            self._ordered = bool(value)
        return True

    def _wanted(self, time: float) -> bool:
        if self._ordered is not None:
            return self._ordered
        return (time + self._shift) % PERIOD < PERIOD / 3

    def _status(self, time: float) -> Status:
        if not self._speed:
            return STOPPED
        if self._wanted(time):
            return LOADED if self._speed > 0.98 * NOMINAL_SPEED else STARTING
        return COOLING
