"""The sun of a simulated plant: how high it stands, how much of it comes through the clouds, how warm it is."""

from __future__ import annotations

from math import cos, pi, sin, sqrt

from port502.simulate.chance import share
from port502.simulate.waves import DAY, SLOW, restless

YEAR = 365.2425 * DAY
MIDSUMMER = 171 * DAY
"""Seconds into the year."""


class Sky:
    """The weather over one place; a function of seed and time (unix seconds, noon at 12 UTC)."""

    def __init__(self, seed: object) -> None:
        self._seed = seed
        self._clouds = restless(0.85, 0.15, (67.0, 311.0, 1511.0), seed, "clouds")
        self._air = restless(0.0, 1.5, SLOW, seed, "air")

    def irradiance(self, time: float) -> float:
        """Sunlight on a tilted module in W/m2: none at night, about 1000 at a clear noon."""
        season = cos(2 * pi * (time - MIDSUMMER) / YEAR)
        half = (6.0 + 2.0 * season) * 3600
        from_noon = time % DAY - DAY / 2
        if abs(from_noon) >= half:
            return 0.0
        height = sin(pi * (from_noon + half) / (2 * half))
        clear: float = (850.0 + 150.0 * season) * height**1.3
        return clear * self.clearness(time) * self._clouds.at(time)

    def clearness(self, time: float) -> float:
        """What the day's weather lets through, 0.3 to 1; from one day to the next it changes at midnight."""
        return 0.3 + 0.7 * sqrt(share(self._seed, "day", int(time // DAY)))

    def temperature(self, time: float) -> float:
        """The air's temperature in degrees Celsius, warmest in the afternoon and in summer."""
        season = cos(2 * pi * (time - MIDSUMMER - 25 * DAY) / YEAR)
        hour = cos(2 * pi * (time % DAY - 15 * 3600) / DAY)
        return 9.0 + 9.0 * season + 4.5 * hour + self._air.at(time)
