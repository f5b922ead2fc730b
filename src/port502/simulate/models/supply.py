"""A power supply: direct current from the mains, with a load that is never quite at rest."""

from __future__ import annotations

from port502.simulate.chance import chance
from port502.simulate.models.model import Model, Readings, Status
from port502.simulate.waves import CALM, EPOCH, FAST, restless

RATED = 3_000.0
NOMINAL = 54.0

ON = Status(("on", "ok", "normal", "running", "active", "enabled"), 1)


class Supply(Model):
    """A supply of ``rated`` W at ``nominal`` V; a function of time alone."""

    def __init__(self, seed: object, *, rated: float = RATED, nominal: float = NOMINAL) -> None:
        dice = chance(seed, "supply")
        self._rated = rated
        self._load = restless(rated * (0.3 + 0.3 * dice.random()), 0.1 * rated, FAST, seed, "load")
        self._output = restless(nominal, 0.004 * nominal, CALM, seed, "output")
        self._mains = restless(231.0, 2.5, CALM, seed, "mains")
        self._air = restless(26.0, 1.5, CALM, seed, "air")

    def at(self, time: float) -> Readings:
        """Input, output and warmth."""
        load, output, mains = self._load.at(time), self._output.at(time), self._mains.at(time)
        taken = load / 0.955
        warm = self._air.at(time) + 18 * load / self._rated
        return {
            "input_voltage": mains,
            "input_current": taken / mains,
            "input_power": taken,
            "output_voltage": output,
            "output_current": load / output,
            "output_power": load,
            "dc_voltage": output,
            "dc_current": load / output,
            "dc_power": load,
            "frequency": 50.0,
            "efficiency": 0.955,
            "load": load / self._rated,
            "temperature": warm,
            "device_temperature": warm,
            "ambient_temperature": self._air.at(time),
            "fan_speed": 2_000.0 + 6_000.0 * load / self._rated,
            "fan_speed/ratio": 0.2 + 0.6 * load / self._rated,
            "operating_time": max(0.0, time - EPOCH),
            "rated_power": self._rated,
            "state": ON,
        }
