"""An energy meter: a load with a daily curve on three phases, and the energies that are its integrals."""

from __future__ import annotations

from math import hypot

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Model, Readings
from port502.simulate.models.power import PHASES, three_phases
from port502.simulate.waves import CALM, DAY, EPOCH, FAST, Wave, daily, restless

HOUR = 3600.0
DEMAND = 900.0


class Meter(Model):
    """A load of a size by chance, 0.5 to 40 kW, unless ``power`` (W) names its mean; a function of time alone."""

    def __init__(self, seed: object, *, power: float | None = None) -> None:
        dice = chance(seed, "meter")
        size = power if power is not None else 500.0 * 80.0 ** dice.random()
        peak = 11.0 + 8.0 * dice.random()
        self._nominal = 230.0
        self._active: list[Wave] = []
        self._reactive: list[Wave] = []
        self._voltage: list[Wave] = []
        for phase in PHASES:
            mean = size / 3 * (0.75 + 0.5 * dice.random())
            self._active.append(
                daily(mean, 0.45 * mean, peak) + restless(0.0, 0.3 * mean, FAST, seed, "active", phase)
            )
            ratio = 0.15 + 0.25 * dice.random()
            self._reactive.append(restless(ratio * mean, 0.1 * ratio * mean, CALM, seed, "reactive", phase))
            self._voltage.append(
                daily(self._nominal + 1.5, -1.5, 18.0) + restless(0.0, 1.2, CALM, seed, "volt", phase)
            )
        self._frequency = restless(50.0, 0.035, (19.0, 83.0, 401.0), seed, "frequency")
        self._droop = 0.004 * self._nominal / max(size, 1.0)
        self._since = EPOCH - 900 * DAY * share(seed, "installed")

    def at(self, time: float) -> Readings:
        """Everything a three-phase meter shows."""
        active = [wave.at(time) for wave in self._active]
        reactive = [wave.at(time) for wave in self._reactive]
        voltages = [
            wave.at(time) - self._droop * watt for wave, watt in zip(self._voltage, active, strict=True)
        ]
        found: dict[str, float] = three_phases(voltages, active, reactive, self._frequency.at(time))
        self._count(found, time)
        total = self._mean(self._active, time)
        found |= {
            "active_power_demand": total,
            "reactive_power_demand": self._mean(self._reactive, time),
            "apparent_power_demand": hypot(total, self._mean(self._reactive, time)),
            "current_demand": total / 3 / self._nominal,
            "grid_power": found["active_power"],
            "load_power": found["active_power"],
            "voltage_thd": 0.021,
            "current_thd": 0.083,
            "operating_time": max(0.0, time - self._since),
        }
        return found

    def _count(self, found: dict[str, float], time: float) -> None:
        """The energies since the meter was installed, and since midnight, in Wh and varh."""
        for suffix, since in (("", self._since), ("~day", time - time % DAY)):
            begin = min(since, time)
            active = reactive = 0.0
            for phase, watts, vars_ in zip(PHASES, self._active, self._reactive, strict=True):
                mine = watts.integral(begin, time) / HOUR
                other = vars_.integral(begin, time) / HOUR
                active += mine
                reactive += other
                for name in (
                    "active_energy_import",
                    "active_energy_total",
                    "active_energy",
                    "active_energy_net",
                ):
                    found[f"{name}@{phase}{suffix}"] = mine
                found[f"active_energy_export@{phase}{suffix}"] = 0.0
                for name in ("reactive_energy_import", "reactive_energy", "reactive_energy_total"):
                    found[f"{name}@{phase}{suffix}"] = other
                found[f"reactive_energy_export@{phase}{suffix}"] = 0.0
            for name in ("active_energy_import", "active_energy_total", "active_energy", "active_energy_net"):
                found[f"{name}{suffix}"] = active
            for name in (
                "reactive_energy_import",
                "reactive_energy",
                "reactive_energy_total",
                "reactive_energy_net",
            ):
                found[f"{name}{suffix}"] = reactive
            found[f"active_energy_export{suffix}"] = found[f"reactive_energy_export{suffix}"] = 0.0
            found[f"load_energy{suffix}"] = active
            found[f"apparent_energy{suffix}"] = hypot(active, reactive)

    @staticmethod
    def _mean(waves: list[Wave], time: float) -> float:
        return sum(wave.integral(time - DEMAND, time) for wave in waves) / DEMAND
