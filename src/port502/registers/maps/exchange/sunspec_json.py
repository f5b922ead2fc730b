"""A map from a SunSpec model in the JSON form in which models are published, at a place of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from port502.errors import ConfigError
from port502.registers.maps.exchange.entries import Entry, Imported, snake, unit_keys

_TYPES: dict[str, tuple[str, list[Any]]] = {
    "uint16": ("uint16", [0xFFFF]),
    "int16": ("int16", [-0x8000]),
    "acc16": ("uint16", []),
    "enum16": ("uint16", [0xFFFF]),
    "bitfield16": ("uint16", [0xFFFF]),
    "sunssf": ("int16", [-0x8000]),
    "count": ("uint16", [0xFFFF]),
    "uint32": ("uint32", [0xFFFFFFFF]),
    "int32": ("int32", [-0x80000000]),
    "acc32": ("uint32", []),
    "enum32": ("uint32", [0xFFFFFFFF]),
    "bitfield32": ("uint32", [0xFFFFFFFF]),
    "ipaddr": ("uint32", []),
    "uint64": ("uint64", [0xFFFFFFFFFFFFFFFF]),
    "int64": ("int64", [-0x8000000000000000]),
    "acc64": ("uint64", []),
    "bitfield64": ("uint64", [0xFFFFFFFFFFFFFFFF]),
    "float32": ("float32", ["nan"]),
    "float64": ("float64", ["nan"]),
    "string": ("string", [""]),
}
"""SunSpec's types, and what in each says "not available"."""


def from_sunspec(text: str, base: int) -> Imported:
    """The points of a model whose first register (its id) lies at ``base``; raises ConfigError for other text.

    Groups that repeat are taken once.
    """
    try:
        content = json.loads(text)
        group = content["group"]
        points = group["points"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError("this is no SunSpec model: a JSON object with 'id' and 'group'") from None
    imported = Imported()
    scales = {
        str(one.get("name")) for one in points if isinstance(one, Mapping) and one.get("type") == "sunssf"
    }
    end = _group(imported, group, base, scales, 0)
    if end > 65536:
        raise ConfigError(f"a model at {base} would end at {end - 1}, beyond the last address")
    return imported


def _group(imported: Imported, group: Mapping[str, Any], address: int, scales: set[str], depth: int) -> int:
    if depth > 8 or not isinstance(group.get("points", []), list):
        raise ConfigError("this is no SunSpec model: its groups are not lists of points")
    for one in group.get("points", []):
        if not isinstance(one, Mapping):
            raise ConfigError("this is no SunSpec model: a point is an object")
        size = one.get("size", 1)
        size = size if isinstance(size, int) and size > 0 else 1
        kind = _TYPES.get(str(one.get("type")))
        if kind is not None:
            imported.add(str(one.get("name", "point")), _entry(one, address, size, *kind, scales))
        elif one.get("type") != "pad":
            imported.left_out.append(f"{one.get('name')}: type {one.get('type')}")
        address += size
    for inner in group.get("groups", []):
        if isinstance(inner, Mapping):
            address = _group(imported, inner, address, scales, depth + 1)
    return address


def _entry(
    one: Mapping[str, Any], address: int, size: int, kind: str, nan: list[Any], scales: set[str]
) -> Entry:
    labels = {
        symbol["value"]: str(symbol.get("name", symbol["value"]))
        for symbol in one.get("symbols", [])
        if isinstance(symbol, Mapping) and isinstance(symbol.get("value"), int)
    }
    flags = str(one.get("type")).startswith("bitfield")
    scale = one.get("sf")
    return {
        "ref": f"holding:{address}",
        "type": kind if kind != "uint16" else None,
        "length": size if kind == "string" else None,
        "scale": 10.0**scale if isinstance(scale, int) and scale else None,
        "scale_register": snake(scale) if isinstance(scale, str) and scale in scales else None,
        "nan": nan or None,
        "enum": labels if labels and not flags else None,
        "flags": labels if labels and flags else None,
        "write": {} if one.get("access") == "RW" else None,
        "note": str(one["label"])[:200] if one.get("label") else None,
        **({} if labels or flags else unit_keys(one.get("units"))),
        **({"quantity": "scale_factor"} if one.get("type") == "sunssf" else {}),
    }
