"""A map as the YAML text of a map file, one line for every point."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from port502.registers.maps.exchange.entries import Entry, entry_of
from port502.registers.maps.model import DeviceMap

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*")
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"])


def map_text(head: Mapping[str, Any], points: Mapping[str, Entry]) -> str:
    """The text of a map file: the keys of its head, then its points."""
    lines = [f"{key}: {flow(value)}" for key, value in head.items() if value not in (None, "", [], {})]
    return "\n".join([*lines, "points:", *(f"  {name}: {flow(entry)}" for name, entry in points.items()), ""])


def yaml_of(known: DeviceMap) -> str:
    """A whole map as text; repeats are written out, scale registers as points of their own."""
    named = {
        (one.point.table, one.point.address): name
        for name, one in known.points.items()
        if one.point.type == "int16" and one.point.count == 1
    }
    points: dict[str, Entry] = {}
    for name, one in known.points.items():
        points[name] = entry_of(one)
        meaning = one.point.meaning
        if meaning is not None and meaning.scale_register is not None:
            place = one.point.table, meaning.scale_register.address
            if place not in named:
                named[place] = _unused(f"{name}_scale", known.points)
                points[named[place]] = {
                    "ref": f"{one.point.table}:{meaning.scale_register.address}",
                    "type": "int16",
                    "quantity": "scale_factor",
                }
            points[name]["scale_register"] = named[place]
    own = known.own_capabilities
    takes = {
        "max_connections": own.max_connections,
        "idle_close": _seconds(own.idle_close),
        "max_registers": own.max_registers,
        "max_bits": own.max_bits,
        "gap": own.gap,
        "pause": _seconds(own.pause),
        "settle": _seconds(own.settle),
        "response_timeout": _seconds(own.response_timeout),
        "window": own.window,
        "tolerate": list(own.tolerate) or None,
    }
    head = {
        "map": known.name,
        "manufacturer": known.manufacturer,
        "models": list(known.models),
        "category": known.category,
        "status": known.status,
        "default_unit": known.default_unit,
        "default_port": known.default_port,
        "capabilities": {key: value for key, value in takes.items() if value is not None},
        "provenance": [
            _said(source=one.source, licence=one.licence, page=one.page) for one in known.provenance
        ],
        "notes": list(known.notes),
    }
    return map_text(head, points)


def _unused(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_factor"
    return name


def _said(**fields: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if value}


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value * 1000:g}ms" if value < 1 else f"{value:g}s"


def flow(value: Any) -> str:
    """A value in YAML's flow style, quoted where it would be read as something else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    place = re.fullmatch(r"(coil|discrete|input|holding):[0-9]{1,5}(\*[0-9]{1,4})?", text)
    return text if place else json.dumps(text, ensure_ascii=False)
