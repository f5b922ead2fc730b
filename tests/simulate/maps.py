"""Small maps, and a clock that tests turn by hand."""

from __future__ import annotations

from typing import Any

from port502.registers.maps.model import DeviceMap, MapPoint, WriteRule
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table

MIDNIGHT = 1_718_841_600.0
"""2024-06-20 00:00 UTC."""

NOON = MIDNIGHT + 43_200.0
HOUR = 3600.0
PLAIN = ("type", "scale", "offset", "length", "count", "order", "meaning")


class Clock:
    """Time that stands still until somebody moves it."""

    def __init__(self, time: float = NOON) -> None:
        self.time = time

    def __call__(self) -> float:
        return self.time


def point(
    name: str, quantity: str = "", *, at: int = 0, table: Table = Table.HOLDING, **rest: Any
) -> MapPoint:
    """A map's point; what belongs to the plain point and what to the map's is told apart by name."""
    own = {
        key: rest.pop(key)
        for key in ("type", "scale", "offset", "length", "count", "order", "meaning")
        if key in rest
    }
    return MapPoint(Point(name, table, at, quantity=quantity, **own), **rest)


def meter_map() -> DeviceMap:
    """A meter with floats, scaled integers and a counter in kWh."""
    inputs = {"table": Table.INPUT, "type": "float32"}
    return DeviceMap.of(
        "tried/meter",
        [
            point("voltage_l1", "voltage", at=0, unit="V", phase="l1", **inputs),
            point("voltage_l2", "voltage", at=2, unit="V", phase="l2", **inputs),
            point("current_l1", "current", at=6, unit="A", phase="l1", **inputs),
            point("active_power_l1", "active_power", at=12, unit="W", phase="l1", **inputs),
            point("active_power_total", "active_power", at=52, unit="kW", phase="total", **inputs),
            point("frequency", "frequency", at=70, table=Table.INPUT, scale=0.01, unit="Hz"),
            point("energy", "active_energy_import", at=72, unit="kW.h", **inputs),
            point("serial", "serial_number", at=100, type="string", length=4),
            point("address", "communication", at=120, write=WriteRule(1, 247)),
        ],
        category="energy_meter",
        manufacturer="Tried",
        models=("T1",),
    )


def drive_map() -> DeviceMap:
    """A drive with a command of labels, a reference in per cent, and a masked state."""
    commands = Meaning(enum=((0, "stop"), (1, "run forward")))
    return DeviceMap.of(
        "tried/drive",
        [
            point("command", "command", at=0, meaning=commands, write=WriteRule()),
            point("reference", "speed_setpoint", at=1, scale=0.1, unit="%", write=WriteRule(0, 100)),
            point("speed", "speed", at=2, unit="{rpm}"),
            point("state", "state", at=3, meaning=Meaning(mask=0x00F0, enum=((0, "ready"), (5, "running")))),
            point("warm", "heatsink_temperature", at=4, type="int16", scale=0.1, unit="Cel"),
            point("running", "digital_output", at=0, table=Table.COIL),
        ],
        category="motor_drive",
    )


def scaled_map() -> DeviceMap:
    """An inverter whose power has a scale register behind it."""
    Meaning((-0x8000,), scale_register=ScaleRegister(11))
    return DeviceMap.of(
        "tried/scaled",
        [
            point(
                "power",
                "active_power",
                at=10,
                type="int16",
                unit="W",
                meaning=Meaning((-0x8000,), scale_register=ScaleRegister(11)),
            ),
            point("power_sf", "scale_factor", at=11, type="int16"),
            point("energy", "active_energy", at=12, type="uint32", unit="W.h"),
        ],
        category="inverter",
    )
