"""The device file as a model: every key and what it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from pydantic.json_schema import JsonSchemaValue

from port502.protocol.codes import MAX_FIFO
from port502.registers.reference import Reference, parse_reference
from port502.site.device_values import (
    Addresses,
    AddressKind,
    Bits,
    Filling,
    RecordKey,
    RegisterKind,
    Registers,
    TableKey,
)
from port502.site.faults import KeyPath
from port502.site.kinds import Duration, Kind, Line, Name, Section, Text
from port502.site.scalars import shown, written

ANY = "any"
HIGHEST_UNIT = 255
TABLES = ("holding", "input", "coil", "discrete")
WRITABLE = ("holding", "coil")


@dataclass(frozen=True)
class UnitsKind(Kind):
    """``any`` (None), or a list of unit ids; one id may stand alone."""

    def check(self, value: Any) -> tuple[int, ...] | None:
        if value == ANY:
            return None
        units = value if isinstance(value, list) else [value]
        for unit in units:
            if isinstance(unit, bool) or not isinstance(unit, int) or not 0 <= unit <= HIGHEST_UNIT:
                raise ValueError(
                    f"a list of unit ids from 0 to {HIGHEST_UNIT}, or any, expected, got {shown(unit)}"
                )
        if not units or len(set(units)) < len(units):
            raise ValueError("at least one unit id is needed, and each stands once")
        return tuple(int(unit) for unit in units)

    def schema(self) -> JsonSchemaValue:
        unit = {"type": "integer", "minimum": 0, "maximum": HIGHEST_UNIT}
        listed = {"type": "array", "items": unit, "minItems": 1, "uniqueItems": True}
        return {"anyOf": [{"const": ANY}, unit, listed]}


@dataclass(frozen=True)
class ProtectedKind(Kind):
    """``holding:100-199``, ``coil:3``, or a reference such as ``40101``."""

    def check(self, value: Any) -> Reference:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError(f"addresses such as holding:100-199 expected, got {shown(value)}")
        reference = parse_reference(written(value).replace("-", "..", 1))
        if reference.table not in WRITABLE:
            raise ValueError(f"the {reference.table} table cannot be written anyway")
        return reference

    def schema(self) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, {"type": "integer"}], "examples": ["holding:100-199", 40101]}


@dataclass(frozen=True)
class QueueKind(RegisterKind):
    """The registers of a FIFO queue, at most 31 of them; none is an empty queue."""

    def check(self, value: Any) -> Filling:
        queue = Filling([], False) if value == [] else super().check(value)
        if len(queue.values) > MAX_FIFO:
            raise ValueError(
                f"a queue of {len(queue.values)} registers; one that can be read holds {MAX_FIFO}"
            )
        return queue


IdentityText = Annotated[str, Text(244)]
Units = Annotated[tuple[int, ...] | None, UnitsKind()]
Protected = Annotated[Reference, ProtectedKind()]
FileKey = Annotated[Addresses, AddressKind("file number", lowest=1, single=True)]
QueueKey = Annotated[Addresses, AddressKind(single=True)]
Queue = Annotated[Filling, QueueKind()]


class IdentitySection(Section):
    """Identification objects (43/14); what is not written says port502."""

    vendor: IdentityText | None = None
    product: IdentityText | None = None
    revision: IdentityText | None = None
    url: IdentityText | None = None
    product_name: IdentityText | None = None
    model: IdentityText | None = None
    application: IdentityText | None = None


class ReplaySection(Section):
    """Values that moved, in a CSV file beside this one; after the period it begins anew."""

    file: Line
    period: Annotated[float, Duration(0.001, 366 * 86_400)] | None = None


class DeviceFile(Section):
    """A whole device file; addresses that are not named do not exist."""

    device: Name
    units: Units = (1,)
    identity: IdentitySection = IdentitySection()
    map: Line | None = None
    holding: dict[TableKey, Registers] = Field(default_factory=dict)
    input: dict[TableKey, Registers] = Field(default_factory=dict)
    coil: dict[TableKey, Bits] = Field(default_factory=dict)
    discrete: dict[TableKey, Bits] = Field(default_factory=dict)
    read_only: list[Protected] = Field(default_factory=list)
    files: dict[FileKey, dict[RecordKey, Registers]] = Field(default_factory=dict)
    fifo: dict[QueueKey, Queue] = Field(default_factory=dict)
    replay: ReplaySection | None = None


def entry_of(path: KeyPath) -> KeyPath:
    """The named entry around a place, which is left out when something in it is faulty."""
    if path[:1] == ("files",):
        return path[: 3 if len(path) > 2 else 2]
    return path[: 2 if path[:1] and path[0] in (*TABLES, "fifo") else 1]
