"""A solar inverter: sunlight to direct current, direct to alternating current, yields, and a limit it obeys."""

from __future__ import annotations

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Evolving, Readings, Status
from port502.simulate.models.power import PHASES, three_phases
from port502.simulate.sun import Sky
from port502.simulate.waves import CALM, DAY, restless

RATED = 10_000.0
STRINGS = 4
HOUR = 3600.0

SLEEPING = Status(("night", "standby", "sleep", "waiting", "idle", "off", "stop"), 1)
FEEDING = Status(
    ("mppt", "on-grid", "grid-tied", "feeding", "normal", "running", "run", "generating", "operat", "on"), 4
)
THROTTLED = Status(("throttl", "limit", "derat", "mppt", "on-grid", "normal", "running", "run", "on"), 5)


class Inverter(Evolving):
    """An inverter of ``rated`` W with strings on one roof; it follows limits that clients write."""

    longest_step = 120.0

    def __init__(self, seed: object, *, rated: float = RATED) -> None:
        super().__init__()
        dice = chance(seed, "inverter")
        self._sky = Sky(seed)
        self._rated = rated
        self._module_power = rated * (1.0 + 0.25 * dice.random())
        self._shares = [0.25 + 0.05 * (dice.random() - 0.5) for _ in range(STRINGS)]
        self._grid = [restless(231.0, 2.0, CALM, seed, "grid", phase) for phase in PHASES]
        self._frequency = restless(50.0, 0.03, (19.0, 83.0), seed, "frequency")
        self._limit = 1.0
        self._total = 3_000.0 * self._module_power / 1000 * (0.5 + 3 * share(seed, "past"))
        self._today = 0.0
        self._hours = 0.0
        self._power = 0.0

    def begin(self, time: float) -> None:
        """Bring in today's yield up to now."""
        self._power = self._ac(time)
        moment = time - time % DAY
        while moment < time:
            length = min(600.0, time - moment)
            moment += length
            self.step(moment, length)

    def step(self, time: float, seconds: float) -> None:
        """Count what was fed in."""
        power = self._ac(time)
        if time % DAY < seconds:
            self._today = 0.0
        yielded = (power + self._power) / 2 * seconds / HOUR
        self._power = power
        self._today += yielded
        self._total += yielded
        self._hours += seconds if power > 0 else 0.0

    def readings(self, time: float) -> Readings:
        """DC and AC sides, temperatures and yields."""
        sunlight = self._sky.irradiance(time)
        power = self._ac(time)
        air = self._sky.temperature(time)
        module = air + 0.028 * sunlight
        direct = power / self._efficiency(power) if power else 0.0
        voltage = 0.0 if sunlight < 5 else (640.0 - 1.6 * (module - 25)) * (1 - 0.06 * (power / self._rated))
        volts = [wave.at(time) + 2.5 * power / self._rated for wave in self._grid]
        found: dict[str, float | Status] = dict(
            three_phases(volts, [power / 3] * 3, [0.02 * power / 3] * 3, self._frequency.at(time))
        )
        total = sum(self._shares)
        for number, part in enumerate(self._shares, 1):
            watts = direct * part / total
            found[f"dc_power#{number}"] = found[f"pv_power#{number}"] = watts
            found[f"dc_voltage#{number}"] = voltage
            found[f"dc_current#{number}"] = watts / voltage if voltage else 0.0
        device = air + 8.0 + 22.0 * power / self._rated
        self._add_energies(found)
        found |= {
            "dc_power": direct,
            "pv_power": direct,
            "dc_voltage": voltage,
            "dc_current": direct / voltage if voltage else 0.0,
            "bus_voltage": max(voltage, 620.0) if power else voltage,
            "efficiency": power / direct if direct else 0.0,
            "load": power / self._rated,
            "active_power_limit": self._limit * self._rated,
            "active_power_limit/ratio": self._limit,
            "rated_power": self._rated,
            "irradiance": sunlight,
            "module_temperature": module,
            "ambient_temperature": air,
            "device_temperature": device,
            "heatsink_temperature": device + 4.0 * power / self._rated,
            "temperature": device,
            "operating_time": self._hours,
            "insulation_resistance": 60_000.0,
            "state": self._status(sunlight, power),
        }
        return found

    def take(self, key: str, value: float | str, time: float) -> bool:
        """A limit of the power, as a ratio of the rated power or in W."""
        name, _, dimension = key.partition("/")
        if name not in ("active_power_limit", "active_power_setpoint") or isinstance(value, str) or value < 0:
            return False
        self.advance(time)
        self._limit = min(1.0, value if dimension == "ratio" else value / self._rated)
        return True

    def _add_energies(self, found: dict[str, float | Status]) -> None:
        for suffix, energy in (("", self._total), ("~day", self._today)):
            for name in (
                "active_energy",
                "active_energy_export",
                "active_energy_total",
                "pv_energy",
                "dc_energy",
            ):
                found[name + suffix] = energy
            found["active_energy_import" + suffix] = 0.0

    def _status(self, sunlight: float, power: float) -> Status:
        if power <= 0:
            return SLEEPING
        return THROTTLED if sunlight / 1000 * self._module_power > power * 1.2 else FEEDING

    def _ac(self, time: float) -> float:
        direct = self._sky.irradiance(time) / 1000 * self._module_power
        if direct < 0.004 * self._rated:
            return 0.0
        return min(direct * self._efficiency(direct), self._rated * self._limit)

    def _efficiency(self, power: float) -> float:
        """Low while there is little to convert, 0.975 when there is much."""
        return 0.975 - 0.012 * self._rated / (10 * max(power, 0.004 * self._rated) + self._rated)
