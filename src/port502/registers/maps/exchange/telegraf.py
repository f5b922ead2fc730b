"""Maps to and from the configuration of Telegraf's Modbus input, in its ``register`` and ``request`` styles."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from port502.errors import ConfigError
from port502.registers.maps.exchange.entries import Entry, Imported
from port502.registers.maps.exchange.plain import left_out_line, plain_points
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.reference import Table
from port502.registers.values import FLOATS, INTEGERS, width_of

_SECTIONS = {
    Table.COIL: "coils",
    Table.DISCRETE: "discrete_inputs",
    Table.HOLDING: "holding_registers",
    Table.INPUT: "input_registers",
}
_TABLES = {section: table for table, section in _SECTIONS.items()}
_REQUEST_TABLES = {str(table): table for table in Table}
_ORDERS: dict[str, tuple[str, str, str]] = {
    "abcd": ("AB", "ABCD", "ABCDEFGH"),
    "cdab": ("AB", "CDAB", "GHEFCDAB"),
    "badc": ("BA", "BADC", "BADCFEHG"),
    "dcba": ("BA", "DCBA", "HGFEDCBA"),
}
"""Telegraf's words for each order, by one, two and four registers."""
_READ_ORDERS = {word: order for order, words in reversed(_ORDERS.items()) for word in words}
_FIXED = {"FIXED": "int", "UFIXED": "uint", "FLOAT32-IEEE": "float32", "FLOAT64-IEEE": "float64"}


def to_telegraf(known: DeviceMap) -> tuple[str, list[str]]:
    """The configuration, and the names of the points that it cannot hold."""
    points, others = plain_points(known)
    fitting = [one for one in points if _kind(one) is not None or one.point.table.is_bits]
    others += [one.name for one in points if one not in fitting]
    lines = [
        f"# {known.name}",
        *filter(None, [left_out_line(others)]),
        "[[inputs.modbus]]",
        f"  name = {json.dumps(known.name)}",
        f"  slave_id = {known.default_unit}",
        '  timeout = "1s"',
        f'  controller = "tcp://127.0.0.1:{known.default_port}"',
        '  configuration_type = "register"',
    ]
    for table, section in _SECTIONS.items():
        mine = [one for one in fitting if one.point.table == table]
        if mine:
            lines += [f"  {section} = [", *(f"    {_field(one)}," for one in mine), "  ]"]
    return "\n".join(lines) + "\n", others


def _kind(one: MapPoint) -> str | None:
    point = one.point
    if point.table.is_bits or point.count > 1:
        return None
    if point.type in INTEGERS or point.type in FLOATS:
        return point.type.upper()
    return "STRING" if point.type == "string" else None


def _field(one: MapPoint) -> str:
    point = one.point
    name = f"name = {json.dumps(point.name)}"
    if point.table.is_bits:
        return f"{{ {name}, address = [{point.address}] }}"
    width = point.width
    order = _ORDERS[point.order][0 if width == 1 else 1 if width == 2 else 2]
    if point.type == "string":
        order = "AB" if point.order in ("abcd", "cdab") else "BA"
    addresses = ", ".join(map(str, range(point.address, point.end)))
    scale = f", scale = {float(point.scale)!r}" if point.type != "string" else ""
    return f'{{ {name}, byte_order = "{order}", data_type = "{_kind(one)}"{scale}, address = [{addresses}] }}'


def from_telegraf(text: str) -> Imported:
    """The points of a configuration; raises ConfigError for text that is no TOML with a Modbus input."""
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"this is no TOML: {error}") from None
    inputs = content.get("inputs")
    found = inputs.get("modbus") if isinstance(inputs, Mapping) else None
    if not isinstance(found, list) or not found:
        raise ConfigError("there is no [[inputs.modbus]] in this file")
    imported = Imported()
    for plugin in filter(_is_table, found):
        for section, table in _TABLES.items():
            for one in filter(_is_table, _listed(plugin.get(section))):
                _take(imported, one, table, _address(one), str(one.get("byte_order", "")))
        for request in filter(_is_table, _listed(plugin.get("request"))):
            table = _REQUEST_TABLES.get(str(request.get("register", "holding")), Table.HOLDING)
            order = str(request.get("byte_order", ""))
            for one in filter(_is_table, _listed(request.get("fields"))):
                if not one.get("omit"):
                    _take(imported, one, table, one.get("address"), order)
    return imported


def _take(imported: Imported, one: Mapping[str, Any], table: Table, address: object, order: str) -> None:
    name = str(one.get("name", f"{table}_{address}"))
    if isinstance(address, bool) or not isinstance(address, int) or not 0 <= address <= 65535:
        imported.left_out.append(f"{name}: its address {address!r} is not one run of registers")
        return
    entry: Entry = {"ref": f"{table}:{address}"}
    if not table.is_bits:
        kind = _type(one)
        if kind is None:
            imported.left_out.append(f"{name}: type {one.get('data_type') or one.get('type')!r}")
            return
        entry["type"] = kind
        if kind == "string":
            entry["length"] = _length(one)
        entry["order"] = _order(order, kind)
        scale = one.get("scale", 1.0)
        if kind != "string" and isinstance(scale, int | float) and scale not in (0, 1):
            entry["scale"] = scale
        if one.get("bit") is not None:
            entry["mask"] = 1 << int(one["bit"]) % 16
    imported.add(name, entry)


def _type(one: Mapping[str, Any]) -> str | None:
    word = str(one.get("data_type") or one.get("type") or "UINT16").upper()
    if word in ("FIXED", "UFIXED"):
        size = 16 * len(_listed(one.get("address")) or [0])
        return f"{_FIXED[word]}{size}" if size in (16, 32, 64) else None
    kind = _FIXED.get(word, word.lower())
    if kind == "bit":
        return "uint16"
    return kind if kind in INTEGERS or kind in FLOATS or kind == "string" else None


def _length(one: Mapping[str, Any]) -> int:
    addresses = one.get("address")
    return len(addresses) if isinstance(addresses, list) else int(one.get("length", 1))


def _order(word: str, kind: str) -> str | None:
    order = _READ_ORDERS.get(word.upper(), "abcd")
    if order == "abcd" or (kind != "string" and width_of(kind) == 1 and order == "cdab"):
        return None
    return order


def _address(one: Mapping[str, Any]) -> object:
    """The first address, when the others follow it, in whichever direction."""
    addresses = _listed(one.get("address"))
    if not addresses or not all(isinstance(each, int) for each in addresses):
        return one.get("address")
    run = sorted(addresses)
    return run[0] if run == list(range(run[0], run[0] + len(run))) else addresses


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)
