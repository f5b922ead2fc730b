"""Maps as lines of JSON: what a library is kept in, so that one map is loaded without reading YAML.

A point is a list in the order of ``_point_row``, without what stands at its end and has nothing to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from port502.errors import ConfigError, UsageError
from port502.registers.maps.categories import Capabilities
from port502.registers.maps.conditions import Condition
from port502.registers.maps.fingerprint import (
    Fc43Rule,
    RegisterRule,
    Rule,
    ServerIdRule,
    SunSpecRule,
    TextRule,
)
from port502.registers.maps.model import DeviceMap, MapPoint, Provenance, Repeat
from port502.registers.maps.write_rule import WriteRule
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table

FORMAT = 2
"""Grows whenever a line means something else: an index of another format is made anew."""

_RULES: dict[str, type[Fc43Rule | RegisterRule | SunSpecRule | ServerIdRule]] = {
    "fc43": Fc43Rule,
    "register": RegisterRule,
    "sunspec": SunSpecRule,
    "server_id": ServerIdRule,
}
_NAMES = {kind: name for name, kind in _RULES.items()}


class PointRows(Mapping[str, MapPoint]):
    """The points of a compiled map by name, each made when it is first wanted: most are not, in a large map."""

    __slots__ = ("_made", "_rows")

    def __init__(self, rows: dict[str, list[Any]]) -> None:
        self._rows = rows
        self._made: dict[str, MapPoint] = {}

    def __getitem__(self, name: str) -> MapPoint:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = _point(self._rows[name])
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<PointRows {len(self)}>"


def dump_map(device_map: DeviceMap) -> str:
    """A map as one line of JSON."""
    content = {
        "name": device_map.name,
        "manufacturer": device_map.manufacturer,
        "models": device_map.models,
        "category": device_map.category,
        "status": device_map.status,
        "order": device_map.order,
        "unit": device_map.default_unit,
        "port": device_map.default_port,
        "capabilities": _said(device_map.own_capabilities),
        "fingerprint": [[_rule_row(rule) for rule in together] for together in device_map.fingerprint],
        "repeats": [[one.name, one.count, one.stride, one.count_register] for one in device_map.repeats],
        "provenance": [[one.source, one.licence, one.page] for one in device_map.provenance],
        "notes": device_map.notes,
        "points": [_point_row(one) for one in device_map.points.values()],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def parse_map(text: str | bytes) -> DeviceMap:
    """The map of a line made by ``dump_map``; raises ConfigError for any other text."""
    try:
        content: dict[str, Any] = json.loads(text)
        return DeviceMap(
            name=content["name"],
            points=PointRows({row[0]: row for row in content["points"]}),
            manufacturer=content["manufacturer"],
            models=tuple(content["models"]),
            category=content["category"],
            status=content["status"],
            order=content["order"],
            default_unit=content["unit"],
            default_port=content["port"],
            own_capabilities=_capabilities(content["capabilities"]),
            fingerprint=tuple(tuple(_rule(*row) for row in together) for together in content["fingerprint"]),
            repeats=tuple(Repeat(*row) for row in content["repeats"]),
            provenance=tuple(Provenance(*row) for row in content["provenance"]),
            notes=tuple(content["notes"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise ConfigError(f"this is no compiled map: {error}") from None


def _said(thing: Any) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults."""
    plain = type(thing)()
    return {
        one.name: getattr(thing, one.name)
        for one in fields(thing)
        if getattr(thing, one.name) != getattr(plain, one.name)
    }


def _point_row(one: MapPoint) -> list[Any]:
    point = one.point
    row: list[Any] = [
        point.name,
        str(point.table)[0],
        point.address,
        point.type,
        point.quantity,
        point.unit,
        one.unit,
        one.poll,
        point.scale,
        point.order,
        one.phase,
        None if point.meaning is None else _meaning_row(point.meaning),
        None if one.write is None else _said(one.write),
        point.length,
        point.count,
        point.offset,
        one.group,
        one.index,
        one.sign,
        one.note,
        one.rollover,
        None if one.when is None else [one.when.models, one.when.firmware],
        point.side_effect,
    ]
    while row and row[-1] == _PLAIN[len(row) - 1]:
        row.pop()
    return row


_PLAIN: tuple[Any, ...] = (
    None, None, None, "uint16", "", "", "", "normal", 1.0, "abcd", "", None, None, None, 1, 0.0, "", 0, "", "", None,
    None, False,
)  # fmt: skip
_TABLES = {str(table)[0]: table for table in Table}


def _point(row: Sequence[Any]) -> MapPoint:
    (
        name, table, address, kind, quantity, pretty, unit, poll, scale, order, phase, meaning, write, length, count,
        offset, group, index, sign, note, rollover, when, side_effect,
    ) = (*row, *_PLAIN[len(row) :])  # fmt: skip
    return MapPoint(
        Point(
            name, _TABLES[table], address, kind, order, length, count, scale, offset, pretty, quantity, side_effect,
            None if meaning is None else _meaning(meaning),
        ),
        unit, poll, phase, sign, note, rollover,
        None if write is None else WriteRule(**write),
        None if when is None else Condition(tuple(when[0]), when[1]),
        group, index,
    )  # fmt: skip


def _meaning_row(meaning: Meaning) -> dict[str, Any]:
    said = _said(meaning)
    if meaning.scale_register is not None:
        where = meaning.scale_register
        said["scale_register"] = [where.address, where.order, where.exponent]
    return said


def _meaning(said: dict[str, Any]) -> Meaning:
    where = said.pop("scale_register", None)
    return Meaning(
        nan=tuple(said.get("nan", ())),
        mask=said.get("mask"),
        enum=tuple((number, label) for number, label in said.get("enum", ())),
        flags=tuple((bit, label) for bit, label in said.get("flags", ())),
        epoch=said.get("epoch", ""),
        encoding=said.get("encoding", ""),
        scale_register=None if where is None else ScaleRegister(*where),
    )


def _capabilities(said: Mapping[str, Any]) -> Capabilities:
    return Capabilities(**{**said, "tolerate": tuple(said.get("tolerate", ()))})


def _rule_row(rule: Rule) -> list[Any]:
    said: dict[str, Any] = {}
    for one in fields(rule):
        value = getattr(rule, one.name)
        said[one.name] = _said(value) if isinstance(value, TextRule) else value
    if isinstance(rule, Fc43Rule):
        said["objects"] = [[number, _said(text)] for number, text in rule.objects]
    return [_NAMES[type(rule)], said]


def _rule(kind: str, said: dict[str, Any]) -> Rule:
    match kind:
        case "fc43":
            return Fc43Rule(tuple((number, _text(text)) for number, text in said["objects"]))
        case "server_id":
            return ServerIdRule(_text(said["text"]))
        case "sunspec":
            said["manufacturer"] = None if said["manufacturer"] is None else _text(said["manufacturer"])
            said["model"] = None if said["model"] is None else _text(said["model"])
            return SunSpecRule(**{**said, "bases": tuple(said["bases"]), "models": tuple(said["models"])})
    said["table"] = Table(said["table"])
    said["text"] = None if said["text"] is None else _text(said["text"])
    return RegisterRule(**{**said, "values": tuple(said["values"])})


def _text(said: dict[str, Any]) -> TextRule:
    return TextRule(**{**said, "one_of": tuple(said.get("one_of", ()))})
