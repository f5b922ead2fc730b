"""Maps for tests, made in code."""

from __future__ import annotations

from typing import Any

from port502.registers.maps.categories import Capabilities
from port502.registers.maps.conditions import Condition
from port502.registers.maps.fingerprint import (
    Fc43Rule,
    RegisterRule,
    ServerIdRule,
    SunSpecRule,
    TextRule,
)
from port502.registers.maps.model import DeviceMap, MapPoint, Provenance, Repeat
from port502.registers.maps.write_rule import WriteRule
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table


def measured(name: str, address: int, quantity: str = "voltage", unit: str = "V", **rest: Any) -> MapPoint:
    """A point of a meter; what concerns registers goes to the point, the rest to the map's."""
    own = {key: rest.pop(key) for key in list(rest) if key in MapPoint.__dataclass_fields__}
    table = rest.pop("table", Table.INPUT)
    pretty = rest.pop("pretty", unit)
    return MapPoint(Point(name, table, address, unit=pretty, quantity=quantity, **rest), unit=unit, **own)


def everything() -> DeviceMap:
    """A map in which every field says something."""
    points = [
        measured("voltage_l1", 0, type="float32", order="cdab", phase="l1", poll="fast"),
        measured("voltage_l2", 2, type="float32", order="cdab", phase="l2", note="of the second phase"),
        measured("energy", 10, "active_energy_import", "kW.h", pretty="kWh", type="uint32", rollover=99999999.0),
        measured("state", 20, "state", "", meaning=Meaning(enum=((0, "off"), (1, "on")), nan=(65535,))),
        measured("alarms", 21, "alarm", "", meaning=Meaning(flags=((0, "fan"), (3, "door")))),
        measured("level", 22, "level", "%", scale=0.1, offset=-4.0, sign="up is positive", side_effect=True),
        measured(
            "mode", 5, "mode_setting", "", table=Table.HOLDING, meaning=Meaning(mask=0x00F0),
            write=WriteRule(0, 3, 1, 22, "restarts"),
        ),
        measured(
            "power", 40, "active_power", "W", type="int16",
            meaning=Meaning(nan=(-32768,), scale_register=ScaleRegister(44, "abcd", -1)),
        ),
        measured("power_sf", 44, "scale_factor", "", type="int16", poll="slow"),
        measured("serial", 60, "serial_number", "", type="string", length=4, meaning=Meaning(encoding="ascii")),
        measured("clock", 70, "clock", "", type="uint32", meaning=Meaning(epoch="unix")),
        measured("spare", 80, "raw", "", count=4, when=Condition(("M2*",), ">=2.0")),
        measured("run", 3, "digital_output", "", table=Table.COIL, write=WriteRule()),
        measured("strings", 90, "configuration", ""),
        *(
            measured(f"string_{index}_voltage", 90 + 10 * index, "dc_voltage", group="string", index=index)
            for index in (1, 2, 3)
        ),
    ]  # fmt: skip
    return DeviceMap.of(
        "acme/m1",
        points,
        manufacturer="Acme",
        models=("M1", "M2"),
        category="energy_meter",
        status="corroborated",
        order="cdab",
        default_unit=7,
        default_port=1502,
        own_capabilities=Capabilities(2, 60.0, 50, 100, 4, 0.02, 1.0, 2.0, 1, ("extra_bytes",)),
        fingerprint=(
            (Fc43Rule(((0, TextRule(equals="Acme")), (1, TextRule(contains="M")))),),
            (
                RegisterRule(Table.HOLDING, 5, values=(1, 2)),
                RegisterRule(
                    Table.INPUT, 60, "string", length=4, text=TextRule(one_of=("a", "b"), regex="^[ab]$")
                ),
            ),
            (
                SunSpecRule((40000,), (1, 103), TextRule(equals="Acme"), None),
                ServerIdRule(TextRule(contains="M1")),
            ),
        ),
        repeats=(Repeat("string", 3, 10, "strings"),),
        provenance=(Provenance("a manual", "", "12"),),
        notes=("a note",),
    )
