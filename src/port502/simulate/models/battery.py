"""A battery storage: charged around noon, discharged in the evening, never beyond its limits."""

from __future__ import annotations

from math import cos, pi

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Evolving, Readings, Status
from port502.simulate.waves import CALM, DAY, FAST, restless

CAPACITY = 10_000.0
HOUR = 3600.0
CELLS = 16

CHARGING = Status(("charging", "charge"), 2)
DISCHARGING = Status(("discharging", "discharge"), 3)
RESTING = Status(("standby", "idle", "static", "hold", "ready", "online", "normal"), 1)


class Battery(Evolving):
    """A battery of ``capacity`` Wh; power into it is positive."""

    longest_step = 60.0

    def __init__(self, seed: object, *, capacity: float = CAPACITY) -> None:
        super().__init__()
        dice = chance(seed, "battery")
        self._capacity = capacity
        self._most = capacity / 2
        self._unrest = restless(0.0, 0.15, FAST, seed, "demand")
        self._warmth = restless(24.0, 2.0, CALM, seed, "warmth")
        self._health = 0.93 + 0.06 * dice.random()
        self._charge = 0.35 + 0.4 * dice.random()
        self._lowest, self._highest = 0.08, 0.98
        self._wanted: float | None = None
        self._power = 0.0
        self._in = capacity * (100 + 500 * share(seed, "past"))
        self._out = self._in * 0.93
        self._today = [0.0, 0.0]

    def begin(self, time: float) -> None:
        """The state of charge is by chance."""
        self._power = self._allowed(self._demand(time))

    def step(self, time: float, seconds: float) -> None:
        """Charge or discharge; losses are 4 % on the way in."""
        if time % DAY < seconds:
            self._today = [0.0, 0.0]
        self._power = self._allowed(self._demand(time))
        energy = self._power * seconds / HOUR
        stored = energy * 0.96 if energy > 0 else energy
        self._charge = min(1.0, max(0.0, self._charge + stored / self._usable))
        self._in += max(0.0, energy)
        self._out += max(0.0, -energy)
        self._today[0] += max(0.0, energy)
        self._today[1] += max(0.0, -energy)

    def readings(self, time: float) -> Readings:
        """Charge, power, voltage, temperatures and energies."""
        charge, power = self._charge, self._power
        cell = 3.10 + 0.28 * charge + 0.02 * power / self._most
        voltage = cell * CELLS
        warm = self._warmth.at(time) + 3.0 * abs(power) / self._most
        rate = abs(power) or 1.0
        left = (charge - self._lowest if power < 0 else self._highest - charge) * self._usable / rate * HOUR
        return {
            "state_of_charge": charge,
            "depth_of_discharge": 1 - charge,
            "state_of_health": self._health,
            "battery_power": power,
            "dc_power": power,
            "active_power": power,
            "charge_power": max(0.0, power),
            "discharge_power": max(0.0, -power),
            "battery_voltage": voltage,
            "dc_voltage": voltage,
            "battery_current": power / voltage,
            "dc_current": power / voltage,
            "cell_voltage": cell,
            "battery_temperature": warm,
            "cell_temperature": warm + 0.6,
            "temperature": warm,
            "energy_capacity": self._capacity,
            "energy_stored": charge * self._usable,
            "charge_capacity": self._capacity / (3.2 * CELLS),
            "charge_stored": charge * self._usable / (3.2 * CELLS),
            "charge_energy": self._in,
            "discharge_energy": self._out,
            "charge_energy~day": self._today[0],
            "discharge_energy~day": self._today[1],
            "cycles": self._out / self._capacity,
            "time_remaining": min(left, 5 * DAY) if power else 0.0,
            "state": RESTING if abs(power) < 20 else CHARGING if power > 0 else DISCHARGING,
        }

    def take(self, key: str, value: float | str, time: float) -> bool:
        """Power to charge with (negative: discharge), and the limits of the state of charge."""
        if isinstance(value, str):
            return False
        self.advance(time)
        if key in ("active_power_setpoint", "charge_power", "battery_power"):
            self._wanted = value
        elif key == "discharge_power":
            self._wanted = -value
        elif key == "state_of_charge_limit" and 0 <= value <= 1:
            self._lowest = min(value, self._highest)
        else:
            return False
        self._power = self._allowed(self._demand(time))
        return True

    @property
    def _usable(self) -> float:
        return self._capacity * self._health

    def _demand(self, time: float) -> float:
        if self._wanted is not None:
            return self._wanted
        return self._most * (0.55 * -cos(2 * pi * (time % DAY - 3600) / DAY) + self._unrest.at(time))

    def _allowed(self, power: float) -> float:
        """What its limits let it do: slower near full, nothing when full or empty."""
        if power > 0:
            return min(power, self._most * min(1.0, max(0.0, (self._highest - self._charge) / 0.08)))
        return max(power, -self._most * min(1.0, max(0.0, (self._charge - self._lowest) / 0.04)))
