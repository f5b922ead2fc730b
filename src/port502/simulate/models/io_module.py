"""A module of inputs and outputs: inputs that switch and count, analog values that wander."""

from __future__ import annotations

from port502.simulate.chance import share
from port502.simulate.models.model import Model, Readings
from port502.simulate.waves import CALM, EPOCH, Wave, restless

CHANNELS = 16


class IoModule(Model):
    """Sixteen channels of each kind; digital inputs are square waves, whose edges are the counters."""

    def __init__(self, seed: object) -> None:
        self._periods = [4.0 + 116.0 * share(seed, "period", number) for number in range(CHANNELS)]
        self._duties = [0.2 + 0.6 * share(seed, "duty", number) for number in range(CHANNELS)]
        self._analog: list[Wave] = [
            restless(0.3 + 0.4 * share(seed, "mean", number), 0.2, CALM, seed, "analog", number)
            for number in range(CHANNELS)
        ]

    def at(self, time: float) -> Readings:
        """Inputs, counters and analog values (as a part of their range)."""
        found: dict[str, float] = {}
        for number in range(CHANNELS):
            turns, phase = divmod(max(0.0, time - EPOCH), self._periods[number])
            found[f"digital_input#{number + 1}"] = float(phase < self._duties[number] * self._periods[number])
            found[f"pulses#{number + 1}"] = found[f"counter#{number + 1}"] = turns % 1_000_000
            found[f"analog_input#{number + 1}"] = self._analog[number].at(time)
        for name in ("digital_input", "pulses", "counter", "analog_input"):
            found[name] = found[f"{name}#1"]
        return found
