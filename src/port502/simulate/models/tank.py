"""What a small PLC controls: a tank that fills, and a pump that empties it between two levels."""

from __future__ import annotations

from port502.simulate.chance import chance
from port502.simulate.models.model import Evolving, Readings, Status, approach
from port502.simulate.waves import CALM, restless

FULL, EMPTY = 0.8, 0.35
VOLUME = 2.0
"""Cubic metres."""

RUNNING = Status(("running", "run", "on"), 1)
STOPPED = Status(("stopped", "stop", "off"), 0)


class Tank(Evolving):
    """A tank of 2 m3; the setpoint of the pump's speed is obeyed, and the pump can be stopped."""

    longest_step = 1.0

    def __init__(self, seed: object) -> None:
        super().__init__()
        dice = chance(seed, "tank")
        self._inflow = restless(4.0, 1.5, (17.0, 71.0, 307.0), seed, "inflow")
        self._air = restless(21.0, 1.0, CALM, seed, "air")
        self._level = 0.4 + 0.3 * dice.random()
        self._automatic = True
        self._pumping = False
        self._setpoint = 1450.0
        self._speed = 0.0
        self._starts = 0
        self._scans = 0.0
        self._volume = 100.0 * dice.random()

    def begin(self, time: float) -> None:
        """Nothing has happened yet."""

    def step(self, time: float, seconds: float) -> None:
        """Fill, decide, pump."""
        if not self._automatic or self._level <= EMPTY:
            self._pumping = False
        elif self._level >= FULL and not self._pumping:
            self._pumping = True
            self._starts += 1
        self._speed = approach(self._speed, self._setpoint if self._pumping else 0.0, 500.0 * seconds)
        hours = seconds / 3600
        self._level += (self._inflow.at(time) - self._outflow) * hours / VOLUME
        self._level = min(1.0, max(0.0, self._level))
        self._volume += self._outflow * hours
        self._scans += seconds * 100

    def readings(self, time: float) -> Readings:
        """Level, flows, the pump and the counters."""
        share = self._speed / 1450.0
        return {
            "level": self._level,
            "flow": self._inflow.at(time),
            "flow#1": self._inflow.at(time),
            "flow#2": self._outflow,
            "volume": self._volume,
            "speed": self._speed,
            "pump_speed": self._speed,
            "speed_setpoint": self._setpoint,
            "pressure": 1.0e5 + 1.8e5 * share**2,
            "current": 11.0 * share**2 + (2.0 if self._speed else 0.0),
            "active_power": 5500.0 * share**3,
            "temperature": self._air.at(time),
            "analog_input": self._level,
            "digital_input": float(self._level >= FULL),
            "digital_output": float(self._pumping),
            "switch_state": float(self._pumping),
            "counter": self._scans,
            "starts": float(self._starts),
            "command": float(self._automatic),
            "state": RUNNING if self._pumping else STOPPED,
        }

    def take(self, key: str, value: float | str, time: float) -> bool:
        """The pump's speed (rpm), and whether the automatic may start it."""
        if isinstance(value, str):
            return False
        self.advance(time)
        if key == "speed_setpoint" and 0 <= value <= 3000:
            self._setpoint = value
        elif key == "command":
            self._automatic = bool(value)
        else:
            return False
        return True

    @property
    def _outflow(self) -> float:
        return 9.5 * self._speed / 1450.0
