"""A small plant that is alive: energy meters, a PLC that keeps a tank between two levels, the drive of its pump.

Everything follows from the time that is passed in, and from what clients write.
"""

from __future__ import annotations

import math
from struct import Struct

from port502.protocol.words import registers_of
from port502.service.device import Device
from port502.service.identity import Identity

_FLOAT = Struct(">f")

METER_SHEET = """\
name,ref,type,unit,quantity
active_power,input:10,float32,W,power
voltage_l1,input:0,float32,V,voltage
voltage_l2,input:2,float32,V,voltage
voltage_l3,input:4,float32,V,voltage
current,input:6,float32,A,current
power_factor,input:8,float32,,
frequency,input:12,float32,Hz,frequency
energy,input:14,float32,kWh,energy
"""
"""The points of a meter, as an engineer's sheet has them."""

FULL, EMPTY = 80.0, 35.0
INFLOW = 1.1
OUTFLOW = 2.6
RATED_SPEED = 1450.0
AMBIENT = 21.0


class Meter:
    """One three-phase meter; ``number`` gives it a load of its own."""

    def __init__(self, number: int) -> None:
        self.device = Device(
            input={range(16): 0},
            identity=Identity("port502", "demo meter", "1.0", product_name=f"Energy meter {number}"),
        )
        self._phase = number * 2.39996  # the golden angle spreads the loads evenly over their cycle
        self._base = 400.0 + 370.0 * (number % 11)
        self._energy = 1000.0 * number
        self._last: float | None = None

    def move(self, time: float) -> None:
        """Set every register to what holds at ``time`` (s)."""
        load = 1.0 + 0.3 * math.sin(time / 37.0 + self._phase) + 0.08 * math.sin(time / 3.1 + 2 * self._phase)
        power = self._base * load
        sag = 0.4 * load
        voltages = [
            round(230.6 - sag + 1.2 * math.sin(time / 29.0 + self._phase + shift), 1)
            for shift in (0.0, 2.1, 4.2)
        ]
        factor = 0.93 + 0.03 * math.sin(time / 53.0 + self._phase)
        self._energy += power / 3_600_000.0 * (time - self._last if self._last is not None else 0.0)
        self._last = time
        current = power / (math.sqrt(3) * 400.0 * factor)
        frequency = 50.0 + 0.02 * math.sin(time / 11.0)
        values = [*voltages, current, factor, power, frequency, self._energy]
        self.device.input.write(0, [word for value in values for word in _words(value)])


class Drive:
    """A frequency converter: its speed follows the setpoint, its current the speed."""

    def __init__(self) -> None:
        self.device = Device(
            holding={0: [0]},
            input={0: [0, 0, 0, 0]},
            discrete={0: [True, False]},
            identity=Identity("port502", "demo drive", "1.0", product_name="Pump drive"),
        )
        self.speed = 0.0

    def move(self, passed: float, *, running: bool) -> None:
        """Let ``passed`` seconds go by."""
        wanted = self.device.holding[0] if running else 0.0
        self.speed += (wanted - self.speed) * (1.0 - math.exp(-passed / 1.5))
        share = self.speed / RATED_SPEED
        values = [self.speed, 10 * (2.0 + 14.0 * share**2), 1000 * share**2, 10 * (AMBIENT + 40.0 * share)]
        self.device.input.write(0, [min(0xFFFF, round(value)) for value in values])
        self.device.discrete.write(0, [True, self.speed > 10.0])


class Tank:
    """A PLC that empties a tank with a pump whenever it is full; its speed setpoint can be written."""

    def __init__(self, drive: Drive) -> None:
        self.device = Device(
            holding={range(8): 0, 100: [round(RATED_SPEED)]},
            coil={0: [False, True]},
            identity=Identity("port502", "demo PLC", "1.0", product_name="Tank control"),
        )
        self.drive = drive
        self.level = 60.0
        self.pumping = False
        self.starts = 0
        self._scans = 0

    def move(self, time: float, passed: float) -> None:
        """Let ``passed`` seconds go by until ``time`` (s)."""
        inflow = INFLOW * (1.0 + 0.35 * math.sin(time / 17.0))
        outflow = OUTFLOW * self.drive.speed / RATED_SPEED
        self.level = min(100.0, max(0.0, self.level + (inflow - outflow) * passed))
        automatic = bool(self.device.coil[1])
        started = automatic and not self.pumping and self.level >= FULL
        self.pumping = automatic and (started or (self.pumping and self.level > EMPTY))
        self.starts += started
        self._scans = (self._scans + max(1, round(passed * 100))) & 0xFFFFFFFF
        self.drive.device.holding.write(0, self.device.holding.read(100))
        self.drive.move(passed, running=self.pumping)
        temperature = AMBIENT + 0.8 * math.sin(time / 41.0)
        self.device.holding.write(
            0,
            [
                round(10 * self.level),
                round(10 * temperature),
                *_words(60.0 * inflow),
                *_words(60.0 * outflow),
                self._scans >> 16,
                self._scans & 0xFFFF,
            ],
        )
        self.device.coil.write(0, [self.pumping])


def _words(value: float) -> list[int]:
    """The two registers of a float32, the high word first."""
    return registers_of(_FLOAT.pack(value))
