"""Points as the mappings that stand in a map file, which is what every import makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from port502.errors import UsageError
from port502.registers.maps.model import MapPoint
from port502.registers.maps.units import parse_unit
from port502.registers.meaning import Meaning

Entry: TypeAlias = dict[str, Any]

_QUANTITIES = {
    "voltage": "voltage",
    "current": "current",
    "active power": "active_power",
    "reactive power": "reactive_power",
    "apparent power": "apparent_power",
    "energy": "active_energy",
    "reactive energy": "reactive_energy",
    "apparent energy": "apparent_energy",
    "frequency": "frequency",
    "temperature": "temperature",
    "pressure": "pressure",
    "volume flow": "flow",
    "volume": "volume",
    "rotation": "speed",
    "torque": "torque",
    "irradiance": "irradiance",
    "illuminance": "illuminance",
    "resistance": "resistance",
}
"""What a dimension surely measures, where nothing more is said."""


@dataclass(slots=True)
class Imported:
    """What was found in a foreign file: map-file entries by name, and what had to be left out, in words."""

    points: dict[str, Entry] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def add(self, name: str, entry: Entry) -> None:
        """Take a point under a name made fit for a map, and unique."""
        plain = snake(name) or "point"
        unique, count = plain, 1
        while unique in self.points:
            count += 1
            unique = f"{plain}_{count}"
        self.points[unique] = {key: value for key, value in entry.items() if value is not None}


def snake(name: str) -> str:
    """A name in snake_case: ``Voltage L1-N (avg)`` is ``voltage_l1_n_avg``."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name[:200])
    plain = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return f"p_{plain}" if plain[:1].isdigit() else plain


def unit_keys(text: str | None) -> Entry:
    """Unit and, where it can only be one, quantity; a unit that is not known is kept in braces."""
    if not text or not text.strip():
        return {}
    try:
        unit = parse_unit(text)
    except UsageError:
        return {"unit": "{" + re.sub(r"[\s{}]+", "_", text.strip())[:30] + "}"}
    if unit is None:
        return {}
    return {"unit": unit.pretty or unit.code, "quantity": _QUANTITIES.get(unit.dimension)}


def entry_of(one: MapPoint) -> Entry:
    """A point as it stands in a map file; a point of a repeat stands alone."""
    point = one.point
    numeric = point.table.is_bits
    entry: Entry = {
        "ref": point.reference.protocol_form + (f"*{point.count}" if point.count > 1 else ""),
        "type": None if numeric or point.type == "uint16" else point.type,
        "order": point.order if point.order != "abcd" else None,
        "length": point.length,
        "scale": _number(point.scale) if point.scale != 1 else None,
        "offset": _number(point.offset) if point.offset else None,
        "unit": one.unit or point.unit or None,
        "quantity": point.quantity or None,
        "phase": one.phase or None,
        "poll": one.poll,
        **(_meaning(point.meaning) if point.meaning is not None else {}),
        "counter": {"rollover": _number(one.rollover)} if one.rollover is not None else None,
        "sign": one.sign or None,
        "note": one.note or None,
        "side_effect": point.side_effect or None,
        "write": _write(one),
        "when": _when(one),
    }
    return {key: value for key, value in entry.items() if value is not None}


def _meaning(meaning: Meaning) -> Entry:
    return {
        "mask": meaning.mask,
        "enum": dict(meaning.enum) or None,
        "flags": dict(meaning.flags) or None,
        "nan": ["nan" if value != value else value for value in meaning.nan] or None,
        "epoch": meaning.epoch or None,
        "encoding": meaning.encoding or None,
    }


def _write(one: MapPoint) -> Entry | None:
    if one.write is None:
        return None
    rule = one.write
    said: Entry = {
        "min": None if rule.minimum is None else _number(rule.minimum),
        "max": None if rule.maximum is None else _number(rule.maximum),
        "step": None if rule.step is None else _number(rule.step),
        "function": rule.function,
        "note": rule.note or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _when(one: MapPoint) -> Entry | None:
    if one.when is None:
        return None
    said: Entry = {"models": list(one.when.models) or None, "firmware": one.when.firmware or None}
    return {key: value for key, value in said.items() if value is not None}


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value
