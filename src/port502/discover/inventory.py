"""An inventory as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from port502.discover.candidates import Candidate
from port502.discover.found import FoundDevice, FoundUnit, Inventory, OpenPort
from port502.discover.targets import numbers_text, parse_numbers
from port502.discover.units import UnitClass
from port502.errors import ConfigError
from port502.protocol.codes import function_name

KIND = "inventory"
"""What an inventory file says it is."""

HIGHEST_UNIT = 255


def inventory_json(inventory: Inventory) -> dict[str, Any]:
    """An inventory as an object of JSON."""
    told: dict[str, Any] = {
        "kind": KIND,
        "started": inventory.started,
        "devices": [device_json(one) for one in inventory.devices],
        "others": [_without_nothing(address=o.address, port=o.port, says=o.says) for o in inventory.others],
        "probed": inventory.probed,
        "took_s": round(inventory.took, 3),
    }
    if not inventory.is_complete:
        told |= {"of": inventory.of, "interrupted": True}
    return told


def device_json(one: FoundDevice) -> dict[str, Any]:
    """A device as an object of JSON; what there is nothing to say about is left out."""
    return _without_nothing(
        address=one.address,
        port=one.port,
        scheme=one.scheme,
        name=one.name,
        mac=one.mac,
        maker=one.maker,
        proof=one.proof,
        connect_ms=round(one.connect_ms, 2),
        gateway=one.gateway or None,
        silent=numbers_text(one.silent),
        tolerate=list(one.tolerate),
        quirks=list(one.quirks),
    ) | {"units": [unit_json(unit) for unit in one.units]}


def unit_json(one: FoundUnit) -> dict[str, Any]:
    """A unit as an object of JSON."""
    functions = [{"function": number, "function_name": function_name(number)} for number in one.functions]
    return _without_nothing(
        unit=one.unit,
        **{"class": str(one.kind)},
        proof=one.proof,
        response_ms=one.response_ms,
        vendor=one.vendor,
        product=one.product,
        revision=one.revision,
        serial=one.serial,
        objects=dict(one.objects),
        server_id=one.server_id,
        sunspec_models=list(one.models),
        sunspec_base=one.sunspec_base,
        functions=functions,
        missing_functions=list(one.missing),
        map=one.map,
        candidates=[candidate_json(candidate) for candidate in one.candidates],
        quirks=list(one.quirks),
        readable=one.readable,
    )


def candidate_json(one: Candidate) -> dict[str, Any]:
    """A candidate as an object of JSON."""
    return _without_nothing(
        map=one.map,
        product=one.product,
        manufacturer=one.manufacturer,
        confidence=one.confidence,
        score=one.score,
        evidence=list(one.evidence),
    )


def parse_inventory(told: Any) -> Inventory:
    """The inventory that an object of JSON describes; raises ConfigError for anything else."""
    try:
        if not isinstance(told, dict) or "devices" not in told:
            raise ValueError("it has no 'devices'")
        return Inventory(
            tuple(map(_parse_device, told["devices"])),
            tuple(
                OpenPort(str(one["address"]), int(one["port"]), str(one.get("says", "")))
                for one in told.get("others", ())
            ),
            int(told.get("probed", 0)),
            int(told.get("of") or told.get("probed", 0)),
            float(told.get("took_s", 0.0)),
            str(told.get("started", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ConfigError(f"this is no inventory of a scan: {error}") from None


def _parse_device(told: Mapping[str, Any]) -> FoundDevice:
    silent = str(told.get("silent", ""))
    return FoundDevice(
        str(told["address"]),
        int(told["port"]),
        str(told.get("scheme", "tcp")),
        str(told.get("name", "")),
        str(told.get("mac", "")),
        str(told.get("maker", "")),
        str(told.get("proof", "")),
        float(told.get("connect_ms", 0.0)),
        tuple(map(_parse_unit, told.get("units", ()))),
        parse_numbers(silent, "unit id", 0, HIGHEST_UNIT) if silent else (),
        bool(told.get("gateway", False)),
        tuple(map(str, told.get("tolerate", ()))),
        tuple(map(str, told.get("quirks", ()))),
    )


def _parse_unit(told: Mapping[str, Any]) -> FoundUnit:
    took = told.get("response_ms")
    candidates = tuple(
        Candidate(
            str(one.get("map", "")),
            str(one.get("product", "")),
            str(one.get("manufacturer", "")),
            int(one.get("score", 0)),
            tuple(map(str, one.get("evidence", ()))),
        )
        for one in told.get("candidates", ())
    )
    return FoundUnit(
        int(told["unit"]),
        UnitClass(told["class"]),
        str(told.get("proof", "")),
        None if took is None else float(took),
        str(told.get("vendor", "")),
        str(told.get("product", "")),
        str(told.get("revision", "")),
        str(told.get("serial", "")),
        {str(key): str(value) for key, value in told.get("objects", {}).items()},
        str(told.get("server_id", "")),
        tuple(map(int, told.get("sunspec_models", ()))),
        told.get("sunspec_base"),
        tuple(int(one["function"]) for one in told.get("functions", ())),
        tuple(map(int, told.get("missing_functions", ()))),
        str(told.get("map", "")),
        candidates,
        tuple(map(str, told.get("quirks", ()))),
        str(told.get("readable", "")),
    )


def _without_nothing(**told: Any) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value not in ("", None, [], {})}
