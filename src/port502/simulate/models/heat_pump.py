"""A heat pump: outdoors cold, indoors warm, a compressor that comes and goes, heat for power."""

from __future__ import annotations

from port502.simulate.chance import chance, share
from port502.simulate.models.model import Evolving, Readings, Status, approach
from port502.simulate.sun import Sky
from port502.simulate.waves import CALM, DAY, restless

HOUR = 3600.0
RATED_HEAT = 9_000.0

HEATING = Status(("heating", "heat", "running", "run", "compressor", "on", "normal"), 2)
HOT_WATER = Status(("hot water", "dhw", "domestic", "water", "heating", "run", "on"), 3)
RESTING = Status(("standby", "idle", "off", "stop", "ready", "no demand", "none"), 0)


class HeatPump(Evolving):
    """A heat pump with a house and a tank of hot water; room and hot water setpoints are obeyed."""

    longest_step = 30.0

    def __init__(self, seed: object) -> None:
        super().__init__()
        dice = chance(seed, "heat pump")
        self._sky = Sky(seed)
        self._wobble = restless(0.0, 0.2, CALM, seed, "wobble")
        self._room_wanted = 21.0
        self._water_wanted = 50.0
        self._room = 20.5 + dice.random()
        self._water = 46.0 + 5 * dice.random()
        self._supply = 30.0
        self._speed = 0.0
        self._making_water = False
        self._heating = False
        self._starts = round(3000 * share(seed, "starts"))
        self._hours = HOUR * 6000 * share(seed, "hours")
        self._taken = 4.0e6 * (0.5 + share(seed, "past"))
        self._given = self._taken * 3.6
        self._today = [0.0, 0.0]

    def begin(self, time: float) -> None:
        """The house is about as warm as it should be."""
        self._supply = self._curve(time)

    def step(self, time: float, seconds: float) -> None:
        """Decide, heat, cool down and count."""
        if time % DAY < seconds:
            self._today = [0.0, 0.0]
        self._decide(time)
        ran = self._speed > 0
        self._speed = approach(self._speed, self._wanted(time), seconds / 120)
        self._starts += int(self._speed > 0 and not ran)
        heat = self._heat() * seconds / HOUR
        power = self._power(time) * seconds / HOUR
        self._given, self._taken = self._given + heat, self._taken + power
        self._today = [self._today[0] + heat, self._today[1] + power]
        self._hours += seconds if self._speed else 0.0
        outdoor = self._sky.temperature(time)
        self._water = max(12.0, self._water - 0.35 * seconds / HOUR)
        into_room = 0.0 if self._making_water else heat
        self._room += into_room / 6_000 - (self._room - outdoor) * 0.011 * seconds / HOUR
        self._room = max(self._room, outdoor)
        if self._making_water:
            self._water += heat / 350
            self._supply = approach(self._supply, self._water + 6, 2.0 * seconds / 60)
        else:
            goal = self._curve(time) if self._speed else self._room + 2
            self._supply = approach(self._supply, goal, 1.0 * seconds / 60)

    def readings(self, time: float) -> Readings:
        """Temperatures, power, heat and counters."""
        outdoor = self._sky.temperature(time)
        heat, power = self._heat(), self._power(time)
        spread = 5.0 * self._speed
        working = self._speed > 0
        return {
            "outdoor_temperature": outdoor,
            "ambient_temperature": outdoor,
            "source_temperature": outdoor + 1.0,
            "room_temperature": self._room + self._wobble.at(time),
            "supply_temperature": self._supply,
            "return_temperature": self._supply - spread,
            "temperature_difference": spread,
            "hot_water_temperature": self._water,
            "buffer_temperature": self._supply - 1.5,
            "evaporator_temperature": outdoor - 6 * self._speed,
            "condenser_temperature": self._supply + 3 * self._speed,
            "suction_temperature": outdoor - 3 * self._speed,
            "discharge_temperature": self._supply + 28 * self._speed,
            "temperature": self._supply,
            "temperature_setpoint": self._room_wanted,
            "heat_power": heat,
            "active_power": power,
            "input_power": power,
            "output_power": heat,
            "coefficient_of_performance": heat / power if working else 0.0,
            "compressor_speed": self._speed * 5400,
            "compressor_speed/ratio": self._speed,
            "compressor_speed/frequency": self._speed * 90,
            "pump_speed": (0.3 + 0.6 * self._speed) * 3000,
            "pump_speed/ratio": 0.3 + 0.6 * self._speed,
            "fan_speed": 0.7 * self._speed * 1000,
            "fan_speed/ratio": 0.7 * self._speed,
            "load": self._speed,
            "flow": 1.1 * (0.3 + 0.7 * self._speed),
            "pressure": 1.6e5,
            "heat_energy": self._given,
            "heat_energy~day": self._today[0],
            "active_energy": self._taken,
            "active_energy_import": self._taken,
            "active_energy_total": self._taken,
            "active_energy~day": self._today[1],
            "active_energy_import~day": self._today[1],
            "operating_time": self._hours,
            "starts": float(self._starts),
            "state": RESTING if not working else HOT_WATER if self._making_water else HEATING,
        }

    def take(self, key: str, value: float | str, time: float) -> bool:
        """Setpoints of the room, and of the hot water where the temperature is one of water."""
        if key != "temperature_setpoint" or isinstance(value, str):
            return False
        self.advance(time)
        if value > 30:
            self._water_wanted = min(65.0, value)
        else:
            self._room_wanted = max(5.0, value)
        return True

    def _decide(self, time: float) -> None:
        if self._water < self._water_wanted - 5:
            self._making_water = True
        elif self._water >= self._water_wanted:
            self._making_water = False
        if self._room < self._room_wanted - 0.3:
            self._heating = True
        elif self._room > self._room_wanted + 0.3:
            self._heating = False

    def _wanted(self, time: float) -> float:
        if self._making_water:
            return 0.9
        if not self._heating:
            return 0.0
        return min(1.0, max(0.3, (18.0 - self._sky.temperature(time)) / 30))

    def _curve(self, time: float) -> float:
        """The heating curve: the colder outdoors, the warmer the flow."""
        return min(50.0, max(24.0, 35.0 - 0.7 * self._sky.temperature(time)))

    def _heat(self) -> float:
        return RATED_HEAT * self._speed

    def _power(self, time: float) -> float:
        lift = max(10.0, self._supply - self._sky.temperature(time))
        ratio = min(6.0, 0.45 * (self._supply + 273) / lift)
        return 12.0 + self._heat() / ratio
