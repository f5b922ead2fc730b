"""Which reading of a model belongs to a point of a map."""

from __future__ import annotations

import re

from port502.registers.maps.model import MapPoint
from port502.registers.maps.quantities import QUANTITIES
from port502.registers.maps.units import Unit, units
from port502.registers.values import WHOLE_TYPES
from port502.simulate.typical import PERCENT

_NUMBER = re.compile(r"_(\d{1,3})(?:_|$)")
_TODAY = frozenset({"today", "daily", "day"})

MANY = 8
"""A quantity with more dimensions than this may be anything, and its readings are taken as they are."""

ALIKE: dict[str, tuple[str, ...]] = {
    "output_voltage": ("voltage",),
    "output_current": ("current",),
    "output_power": ("active_power", "heat_power"),
    "output_frequency": ("frequency",),
    "input_voltage": ("dc_voltage", "voltage"),
    "input_current": ("dc_current", "current"),
    "input_power": ("dc_power", "active_power"),
    "pv_power": ("dc_power",),
    "grid_power": ("active_power",),
    "load_power": ("active_power",),
    "pv_energy": ("active_energy",),
    "battery_voltage": ("dc_voltage",),
    "battery_current": ("dc_current",),
    "battery_power": ("dc_power",),
    "generator_power": ("active_power",),
    "active_energy": ("active_energy_total", "active_energy_import", "charge_energy"),
    "active_energy_total": ("active_energy",),
    "active_energy_import": ("active_energy",),
    "active_energy_net": ("active_energy",),
    "line_voltage": ("voltage",),
    "displacement_factor": ("power_factor",),
    "device_temperature": ("temperature",),
    "heatsink_temperature": ("device_temperature", "temperature"),
    "battery_temperature": ("temperature",),
    "motor_temperature": ("temperature",),
    "control_word": (),
    "current_setpoint": ("current_limit",),
}
"""What stands in for a quantity that a model does not know, the nearest first."""


def candidates(point: MapPoint) -> list[str]:
    """The keys under which a model may have a point's reading, the best first; none without a quantity."""
    if not point.quantity:
        return []
    found: list[str] = []
    day = "~day" if is_of_today(point) else ""
    phase = "" if point.phase == "total" else point.phase
    number = number_of(point)
    own = key_of(point)
    for quantity in (own, *(ALIKE.get(point.quantity, ()) if own == point.quantity else ())):
        for suffix in dict.fromkeys((day, "")):
            if phase:
                found.append(f"{quantity}@{phase}{suffix}")
            if number:
                found.append(f"{quantity}#{number}{suffix}")
            found.append(quantity + suffix)
    return list(dict.fromkeys(found))


def is_of_today(point: MapPoint) -> bool:
    """Whether a counter begins anew each midnight."""
    return bool(_TODAY & set(point.name.split("_")))


def number_of(point: MapPoint) -> int:
    """Which of several alike a point is about, counted from 1; 0 where there is only one."""
    if point.index:
        return point.index
    match = _NUMBER.search(point.name)
    return int(match[1]) if match else 0


def key_of(point: MapPoint) -> str:
    """A point's quantity; with the dimension of its unit (``speed/ratio``) where that is not the usual one."""
    known = QUANTITIES.get(point.quantity)
    unit = unit_of(point)
    if known is None or unit is None or len(known.dimensions) > MANY or unit.dimension == known.dimensions[0]:
        return point.quantity
    return f"{point.quantity}/{unit.dimension}"


def unit_of(point: MapPoint) -> Unit | None:
    """The unit of a point's numbers; where the map names none, the usual one of its quantity."""
    known = units()
    if point.unit in known:
        return known[point.unit]
    quantity = QUANTITIES.get(point.quantity)
    if quantity is None or not quantity.dimensions or len(quantity.dimensions) > MANY:
        return None
    whole = point.point.type in WHOLE_TYPES and point.point.scale >= 0.1
    if quantity.name in PERCENT and (whole or quantity.dimensions[0] != "ratio"):
        return known["%"]
    return quantity.units[0] if quantity.units else None


_GIVEN = r"(?:discharg\w*|export\w*|feed\w*|deliver\w*|produc\w*|generat\w*)"
_OUTWARD = re.compile(rf"{_GIVEN}\s*(?:is|=|:)?\s*positive|positive\s*(?:when|means|is|=|:|for)?\s*{_GIVEN}")
_TAKEN = r"(?:charg\w*|import\w*|draw\w*|consum\w*|taken?)"
_INWARD = re.compile(rf"\b{_TAKEN}\s*(?:is|=|:)?\s*positive|positive\s*(?:when|means|is|=|:|for)?\s*{_TAKEN}")


def direction(sign: str) -> int:
    """What a map's words about the sign say: 1 what is taken is positive, -1 what is given is, 0 nothing."""
    words = sign.lower()
    if _OUTWARD.search(words):
        return -1
    return 1 if _INWARD.search(words) else 0
