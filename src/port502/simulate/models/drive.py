"""A motor drive: the speed ramps to its reference, the current follows the load; commands are obeyed."""

from __future__ import annotations

from math import sqrt

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Evolving, Readings, Status, approach
from port502.simulate.waves import CALM, restless

RATED_SPEED = 1480.0
RATED_POWER = 7_500.0
HOUR = 3600.0

RUNNING = Status(("running", "run", "forward", "operation", "on", "start"), 1)
STOPPED = Status(("stopped", "stop", "ready", "standby", "off", "idle"), 0)

RUN_WORDS = ("run", "start", "forward", "on", "enable")
STOP_WORDS = ("stop", "off", "coast", "disable", "quick", "emergency")


class Drive(Evolving):
    """A drive with a fan or pump: torque by the square of its speed; it runs at first, at 3/4 of its speed."""

    longest_step = 5.0

    def __init__(self, seed: object, *, rated: float = RATED_POWER, ramp: float = 10.0) -> None:
        super().__init__()
        dice = chance(seed, "drive")
        self._rated = rated
        self._ramp = ramp
        self._reference = 0.6 + 0.3 * dice.random()
        self._running = True
        self._speed = 0.0
        self._warm = 30.0
        self._ripple = restless(1.0, 0.01, (3.1, 11.0, 47.0), seed, "ripple")
        self._air = restless(24.0, 2.0, CALM, seed, "air")
        self._energy = rated * 2000 * share(seed, "past")
        self._hours = 3600.0 * 4000 * share(seed, "hours")

    def begin(self, time: float) -> None:
        """It has been running for long."""
        self._speed = self._reference
        self._warm = self._warmth(time)

    def step(self, time: float, seconds: float) -> None:
        """Ramp, count and warm up."""
        goal = self._reference if self._running else 0.0
        self._speed = approach(self._speed, goal, seconds / self._ramp)
        self._warm += (self._warmth(time) - self._warm) * min(1.0, seconds / 300)
        self._energy += self._power(time) * seconds / HOUR
        self._hours += seconds if self._speed else 0.0

    def readings(self, time: float) -> Readings:
        """Speed, currents, power, temperatures, state and status word."""
        speed, power = self._speed, self._power(time)
        torque = speed * abs(speed) * self._ripple.at(time) if speed else 0.0
        rated_current = self._rated / (sqrt(3) * 400 * 0.85)
        magnetising = 0.35 if self._running or speed else 0.0
        current = rated_current * sqrt(magnetising**2 + torque**2)
        bus = 563.0 - 12.0 * abs(torque)
        turns = speed * RATED_SPEED
        return {
            "speed": turns,
            "speed/ratio": speed,
            "speed/frequency": speed * 50.0,
            "speed_setpoint/ratio": self._reference,
            "speed_setpoint/frequency": self._reference * 50.0,
            "frequency_setpoint/ratio": self._reference,
            "torque/ratio": torque,
            "output_power/ratio": power / self._rated,
            "output_frequency": speed * 50.0,
            "frequency": speed * 50.0,
            "speed_setpoint": self._reference * RATED_SPEED,
            "frequency_setpoint": self._reference * 50.0,
            "output_voltage": abs(speed) * 400.0,
            "voltage": abs(speed) * 400.0,
            "output_current": current,
            "current": current,
            "output_power": power,
            "active_power": power,
            "power_factor": 0.85 if current else 0.0,
            "torque": torque * self._rated * 9.5493 / RATED_SPEED,
            "load": abs(torque),
            "bus_voltage": bus,
            "dc_voltage": bus,
            "input_voltage": 398.0,
            "motor_temperature": self._warm + 6,
            "heatsink_temperature": self._warm,
            "device_temperature": self._warm - 4,
            "temperature": self._warm,
            "ambient_temperature": self._air.at(time),
            "active_energy": self._energy,
            "active_energy_total": self._energy,
            "active_energy_import": self._energy,
            "operating_time": self._hours,
            "rated_power": self._rated,
            "rated_speed": RATED_SPEED,
            "rated_frequency": 50.0,
            "rated_current": rated_current,
            "rated_voltage": 400.0,
            "ramp": self._ramp,
            "status_word": Status((), 0x0637 if self._running else 0x0231),
            "state": RUNNING if self._running or speed else STOPPED,
        }

    def take(self, key: str, value: float | str, time: float) -> bool:
        """References of speed or frequency, ramps, and commands as words, labels or bits."""
        self.advance(time)
        if key in ("command", "control_word", "mode_setting"):
            return self._obey(value)
        if isinstance(value, str):
            return False
        if key == "speed_setpoint":
            self._reference = _within(value / RATED_SPEED)
        elif key in ("frequency_setpoint", "speed_setpoint/frequency", "output_frequency"):
            self._reference = _within(value / 50.0)
        elif key in ("speed_setpoint/ratio", "frequency_setpoint/ratio"):
            self._reference = _within(value)
        elif key == "ramp" and value > 0:
            self._ramp = value
        else:
            return False
        return True

    def _obey(self, value: float | str) -> bool:
        if isinstance(value, str):
            words = value.lower()
            if any(word in words for word in STOP_WORDS):
                self._running = False
            elif any(word in words for word in RUN_WORDS):
                self._running = True
            else:
                return False
            return True
        self._running = runs(int(value))
        return True

    def _power(self, time: float) -> float:
        losses = 0.03 * self._rated if self._running or self._speed else 0.0
        return self._rated * abs(self._speed) ** 3 * self._ripple.at(time) + losses

    def _warmth(self, time: float) -> float:
        return self._air.at(time) + 8.0 + 30.0 * self._speed**2


def runs(word: int) -> bool:
    """Whether a control word lets the motor turn: 1 and 2, bits 0 and 3 of the drive profiles, or start by bit 6."""
    return word in (1, 2) or word & 0x09 == 0x09 or word & 0x47 == 0x44


def _within(share_of_rated: float) -> float:
    return min(1.2, max(-1.2, share_of_rated))
