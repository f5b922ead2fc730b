"""Sensors of a building: air, warmth, light and noise, as the day and people go by."""

from __future__ import annotations

from port502.simulate.models.model import Model, Readings
from port502.simulate.sun import Sky
from port502.simulate.waves import CALM, FAST, daily, restless


class Sensor(Model):
    """A room with weather outside; a function of time alone."""

    def __init__(self, seed: object) -> None:
        self._sky = Sky(seed)
        self._room = daily(21.5, 1.2, 16.0) + restless(0.0, 0.4, CALM, seed, "room")
        self._people = daily(300.0, 280.0, 13.0) + restless(0.0, 60.0, FAST, seed, "people")
        self._pressure = restless(101_325.0, 900.0, (11_000.0, 71_000.0, 260_000.0), seed, "pressure")
        self._damp = restless(0.45, 0.08, CALM, seed, "damp")
        self._noise = restless(42.0, 8.0, FAST, seed, "noise")
        self._wind = restless(4.5, 3.5, FAST, seed, "wind")
        self._from = restless(230.0, 60.0, CALM, seed, "from")

    def at(self, time: float) -> Readings:
        """Indoors and outdoors."""
        room, damp = self._room.at(time), self._damp.at(time)
        sunlight = self._sky.irradiance(time)
        outside = self._sky.temperature(time)
        return {
            "temperature": room,
            "room_temperature": room,
            "ambient_temperature": outside,
            "outdoor_temperature": outside,
            "module_temperature": outside + 0.028 * sunlight,
            "humidity": damp,
            "dew_point": room - (1 - damp) * 20,
            "air_pressure": self._pressure.at(time),
            "carbon_dioxide": (430.0 + max(0.0, self._people.at(time))) * 1e-6,
            "illuminance": 5.0 + 12.0 * sunlight,
            "irradiance": sunlight,
            "sound_level": self._noise.at(time),
            "wind_speed": self._wind.at(time),
            "wind_direction": self._from.at(time),
        }
