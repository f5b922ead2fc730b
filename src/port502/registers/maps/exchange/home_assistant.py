"""Maps to and from the Modbus integration of Home Assistant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from port502.errors import ConfigError, UsageError
from port502.registers.maps.exchange.entries import Entry, Imported, unit_keys
from port502.registers.maps.exchange.plain import left_out_line, plain_points
from port502.registers.maps.exchange.yaml_text import flow
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.quantities import COUNTER, QUANTITIES
from port502.registers.reference import Table
from port502.registers.values import FLOATS, INTEGERS

_SWAPS = {"cdab": "word", "badc": "byte", "dcba": "word_byte"}
_ORDERS = {swap: order for order, swap in _SWAPS.items()}
_BIT_TYPES = {Table.COIL: "coil", Table.DISCRETE: "discrete_input"}
_TABLES = {
    "coil": Table.COIL,
    "discrete_input": Table.DISCRETE,
    "input": Table.INPUT,
    "holding": Table.HOLDING,
}
_CLASSES = {
    "voltage": "voltage",
    "current": "current",
    "active power": "power",
    "reactive power": "reactive_power",
    "apparent power": "apparent_power",
    "energy": "energy",
    "frequency": "frequency",
    "temperature": "temperature",
    "pressure": "pressure",
    "irradiance": "irradiance",
    "illuminance": "illuminance",
}
_LISTS = ("sensors", "binary_sensors", "switches")


def to_home_assistant(known: DeviceMap) -> tuple[str, list[str]]:
    """The configuration, and the names of the points that it cannot hold."""
    points, others = plain_points(known)
    sensors = [one for one in points if _kind(one) is not None]
    bits = [one for one in points if one.point.table.is_bits and one.point.count == 1]
    others += [one.name for one in points if one not in sensors and one not in bits]
    lines = [
        f"# {known.name}",
        *filter(None, [left_out_line(others)]),
        "modbus:",
        f"  - name: {flow(known.name.replace('/', '_'))}",
        "    type: tcp",
        "    host: 127.0.0.1",
        f"    port: {known.default_port}",
    ]
    if sensors:
        lines += ["    sensors:", *(f"      - {flow(_sensor(one, known.default_unit))}" for one in sensors)]
    if bits:
        lines += ["    binary_sensors:", *(f"      - {flow(_bit(one, known.default_unit))}" for one in bits)]
    return "\n".join(lines) + "\n", others


def _kind(one: MapPoint) -> str | None:
    point = one.point
    if point.table.is_bits or point.count > 1:
        return None
    return point.type if point.type in INTEGERS or point.type in FLOATS or point.type == "string" else None


def _sensor(one: MapPoint, unit: int) -> Entry:
    point, quantity = one.point, QUANTITIES.get(one.quantity)
    meaning = point.meaning
    measured = next((kind for kind in quantity.dimensions), "") if quantity is not None and point.unit else ""
    nan = meaning.nan[0] if meaning is not None and meaning.nan else None
    words = meaning is not None and meaning.in_words
    entry: Entry = {
        "name": point.name,
        "slave": unit,
        "address": point.address,
        "input_type": str(point.table),
        "data_type": point.type,
        "count": point.length,
        "swap": _SWAPS.get(point.order) if point.width > 1 or point.order != "cdab" else None,
        "scale": point.scale if point.scale != 1 else None,
        "offset": point.offset or None,
        "nan_value": nan if isinstance(nan, int) else None,
        "unit_of_measurement": point.unit or None,
        "device_class": _CLASSES.get(measured),
        "state_class": _state_class(one) if point.unit and not words else None,
        "scan_interval": round(one.interval),
        "unique_id": point.name,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _state_class(one: MapPoint) -> str:
    quantity = QUANTITIES.get(one.quantity)
    return "total_increasing" if quantity is not None and quantity.kind == COUNTER else "measurement"


def _bit(one: MapPoint, unit: int) -> Entry:
    return {
        "name": one.name,
        "slave": unit,
        "address": one.point.address,
        "input_type": _BIT_TYPES[one.point.table],
        "unique_id": one.name,
    }


def from_home_assistant(data: object, unit: int | None = None) -> Imported:
    """The points of a configuration that was read from YAML: all of it, or what stands under ``modbus``.

    ``unit`` chooses a device where there are several. Raises ConfigError where there is nothing of Modbus, UsageError
    where several units are in it and none was chosen.
    """
    hubs = data.get("modbus") if isinstance(data, Mapping) else data
    hubs = [hubs] if isinstance(hubs, Mapping) else hubs
    if not isinstance(hubs, list) or not any(isinstance(hub, Mapping) for hub in hubs):
        raise ConfigError("there is no 'modbus' with hubs in this file")
    found = [
        (kind, one)
        for hub in hubs
        if isinstance(hub, Mapping)
        for kind in _LISTS
        for one in hub.get(kind) or []
        if isinstance(one, Mapping)
    ]
    units = sorted({_unit(one) for _, one in found})
    if unit is None and len(units) > 1:
        raise UsageError(
            f"there are several units in this file: choose one with --unit: {', '.join(map(str, units))}"
        )
    imported = Imported()
    for kind, one in found:
        if unit is None or _unit(one) == unit:
            _take(imported, kind, one)
    return imported


def _unit(one: Mapping[str, Any]) -> int:
    value = one.get("slave", one.get("device_address", 1))
    return value if isinstance(value, int) and not isinstance(value, bool) else 1


def _take(imported: Imported, kind: str, one: Mapping[str, Any]) -> None:
    name = str(one.get("name", "point"))
    usual = "holding" if kind == "sensors" else "coil"
    table = _TABLES.get(str(one.get("input_type", one.get("write_type", usual))))
    address = one.get("address")
    if (
        table is None
        or isinstance(address, bool)
        or not isinstance(address, int)
        or not 0 <= address <= 65535
    ):
        imported.left_out.append(f"{name}: no address in a table that is known")
        return
    entry: Entry = {"ref": f"{table}:{int(address)}"}
    if not table.is_bits:
        data_type = str(one.get("data_type", "int16"))
        if data_type not in INTEGERS and data_type not in FLOATS and data_type != "string":
            imported.left_out.append(f"{name}: data_type {data_type}")
            return
        entry |= {
            "type": data_type,
            "length": one.get("count", 1) if data_type == "string" else None,
            "order": _ORDERS.get(str(one.get("swap", "none"))),
            "scale": one.get("scale") if one.get("scale") not in (None, 0, 1) else None,
            "offset": one.get("offset") or None,
            "nan": [int(one["nan_value"])] if isinstance(one.get("nan_value"), int) else None,
            **unit_keys(one.get("unit_of_measurement")),
        }
    if kind == "switches":
        entry["write"] = {}
    imported.add(name, entry)
