"""A charging station: vehicles come, charge as fast as the limit lets them, and leave."""

from __future__ import annotations

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Evolving, Readings, Status, approach
from port502.simulate.models.power import PHASES, three_phases
from port502.simulate.waves import CALM, restless

CYCLE = 5400.0
HOUR = 3600.0

FREE = Status(
    ("available", "no vehicle", "not connected", "disconnected", "no ev", "a1", "a", "ready", "idle"), 0
)
PLUGGED = Status(("connected", "preparing", "waiting", "b1", "b", "paused", "suspended"), 1)
CHARGING = Status(("charging", "charge", "c2", "c"), 2)
ENOUGH = Status(("finish", "complete", "full", "suspendedev", "b2", "connected", "b"), 3)


class Charger(Evolving):
    """A station of three phases; ``current_limit`` and start or stop are obeyed."""

    longest_step = 10.0

    def __init__(self, seed: object, *, current: float = 16.0) -> None:
        super().__init__()
        self._seed = seed
        self._dice = chance(seed, "charger")
        self._shift = CYCLE * self._dice.random()
        self._volts = [restless(230.5, 1.5, CALM, seed, "volt", phase) for phase in PHASES]
        self._rated = current
        self._limit = current
        self._enabled = True
        self._current = 0.0
        self._visit = -1
        self._session = 0.0
        self._seconds = 0.0
        self._total = 250_000.0 * (1 + 9 * share(seed, "past"))

    def begin(self, time: float) -> None:
        """Who is there now came without having charged yet."""
        self._visit = self._number(time)

    def step(self, time: float, seconds: float) -> None:
        """Charge if a vehicle wants to."""
        if self._number(time) != self._visit:
            self._visit = self._number(time)
            self._session = self._seconds = 0.0
        goal = self._limit if self._wants(time) and self._enabled and self._limit >= 6 else 0.0
        self._current = approach(self._current, goal, 2.0 * seconds)
        energy = 3 * 230.0 * self._current * seconds / HOUR
        self._session += energy
        self._total += energy
        self._seconds += seconds if self._phase(time) < 0.7 else 0.0

    def readings(self, time: float) -> Readings:
        """Currents, powers, the session and the state."""
        volts = [wave.at(time) - 0.08 * self._current for wave in self._volts]
        watts = [volt * self._current for volt in volts]
        found: dict[str, float | Status] = dict(three_phases(volts, watts, [0.0] * 3, 50.0))
        there = self._phase(time) < 0.7
        state = FREE if not there else PLUGGED if not self._enabled else CHARGING if self._current else ENOUGH
        found |= {
            "charge_power": sum(watts),
            "session_energy": self._session,
            "session_time": self._seconds,
            "active_energy": self._total,
            "active_energy_import": self._total,
            "active_energy_total": self._total,
            "charge_energy": self._total,
            "current_limit": self._limit,
            "current_setpoint": self._limit,
            "rated_current": self._rated,
            "state_of_charge": min(1.0, 0.3 + self._session / 60_000),
            "temperature": 28.0 + 0.5 * self._current,
            "device_temperature": 28.0 + 0.5 * self._current,
            "connection_state": Status(
                ("connected", "plugged") if there else ("not connected", "unplugged"), int(there)
            ),
            "state": state,
        }
        return found

    def take(self, key: str, value: float | str, time: float) -> bool:
        """The current limit (A), and whether charging is allowed."""
        self.advance(time)
        if key in ("current_limit", "current_setpoint") and not isinstance(value, str):
            self._limit = min(self._rated * 2, max(0.0, value))
        elif key == "command" and not isinstance(value, str):
            self._enabled = bool(value)
        elif key == "command":
            self._enabled = not any(
                word in str(value).lower() for word in ("stop", "disable", "pause", "off")
            )
        else:
            return False
        return True

    def _number(self, time: float) -> int:
        return int((time + self._shift) // CYCLE)

    def _phase(self, time: float) -> float:
        return (time + self._shift) % CYCLE / CYCLE

    def _wants(self, time: float) -> bool:
        """A vehicle is there for most of a cycle, and hungry for a part of that."""
        return self._phase(time) < 0.3 + 0.35 * share(self._seed, "hunger", self._number(time))
