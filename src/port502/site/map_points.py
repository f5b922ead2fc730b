"""The points of a map file, made ready one by one, with what is wrong with each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct

from port502.errors import UsageError
from port502.registers.maps.conditions import Condition
from port502.registers.maps.model import MapPoint
from port502.registers.maps.quantities import QUANTITIES, SETTING, TEXT
from port502.registers.maps.units import parse_unit
from port502.registers.maps.write_rule import WriteRule
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Reference, Table, parse_reference
from port502.registers.values import FLOATS, INTEGERS
from port502.site.document import Document
from port502.site.faults import Fault, KeyPath, nearest
from port502.site.map_model import MapFile, MapPointEntry
from port502.site.scalars import shown

POLL_OF_KIND = {TEXT: "static", SETTING: "slow"}
"""How often a point is read where the map does not say: what never or seldom changes, seldom."""

NUMBERED = frozenset((*INTEGERS, *FLOATS))
BIT_WRITES, REGISTER_WRITES = (5, 15), (6, 16, 22)


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """Where a point lies that others name as their scale register."""

    table: Table
    address: int
    order: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point stands in the file, its name in the map, and which repetition it is."""

    path: KeyPath
    name: str
    group: str = ""
    index: int = 0
    shift: int = 0


class Builder:
    """Makes points of entries; ``faults`` grow with what is wrong, ``places`` say where each point stands."""

    def __init__(self, file: MapFile, document: Document) -> None:
        self.faults: list[Fault] = []
        self.places: dict[str, KeyPath] = {}
        self._file = file
        self._document = document

    def complain(self, path: KeyPath, message: str, hint: str = "") -> None:
        """Note a fault."""
        fault = self._document.fault(path, message, hint)
        if fault not in self.faults:
            self.faults.append(fault)

    def add(
        self,
        points: dict[str, MapPoint],
        place: Place,
        entry: MapPointEntry,
        scales: Mapping[str, ScalePoint],
    ) -> None:
        """Add the point of an entry, or note why there is none."""
        if place.name in points:
            self.complain(place.path, f"a point is called {place.name!r} already")
            return
        faults = len(self.faults)
        try:
            point = self._point(place, entry, scales)
        except UsageError as error:
            self.complain(place.path, str(error).removeprefix(f"{place.name}: "))
            return
        write = self._write(place, entry, point)
        if len(self.faults) > faults:
            return
        points[place.name] = MapPoint(
            point,
            unit=_code(entry.unit),
            poll=entry.poll or _poll(entry),
            phase=entry.phase or "",
            sign=entry.sign or "",
            note=entry.note or "",
            rollover=entry.counter.rollover if entry.counter is not None else None,
            write=write,
            when=_condition(entry),
            group=place.group,
            index=place.index,
        )
        self.places[place.name] = place.path

    def scale_point(self, entry: MapPointEntry, shift: int = 0) -> ScalePoint:
        """Where an entry lies for others that name it as their scale register."""
        order = self._order(entry, "int16")
        return ScalePoint(
            entry.ref.table, entry.ref.address + shift, "badc" if order in ("badc", "dcba") else "abcd"
        )

    def _order(self, entry: MapPointEntry, kind: str) -> str:
        """The order that the point says, else the device's; texts stand as they are read unless they say so."""
        if entry.order is not None or ":" in entry.ref.text.partition("/")[2]:
            return entry.order or entry.ref.order
        return "abcd" if kind == "string" else self._file.byte_order

    def _point(self, place: Place, entry: MapPointEntry, scales: Mapping[str, ScalePoint]) -> Point:
        reference = _completed(entry, place.shift)
        kind = _type(entry, reference)
        order = self._order(entry, kind)
        unit = parse_unit(entry.unit or "")
        return Point(
            place.name,
            reference.table,
            reference.address,
            kind,
            "abcd" if reference.table.is_bits else order,
            reference.length,
            reference.count,
            entry.scale,
            entry.offset,
            unit.pretty if unit is not None else "",
            entry.quantity or "",
            entry.side_effect,
            self._meaning(place, entry, reference, kind, scales),
        )

    def _meaning(
        self,
        place: Place,
        entry: MapPointEntry,
        reference: Reference,
        kind: str,
        scales: Mapping[str, ScalePoint],
    ) -> Meaning | None:
        nan = entry.nan if entry.nan is not None else self._file.nan.get(kind, [])
        meaning = Meaning(
            nan=tuple(self._sentinel(place, one, kind) for one in nan),
            mask=entry.mask,
            enum=tuple((entry.enum or {}).items()),
            flags=tuple((entry.flags or {}).items()),
            epoch=entry.epoch or "",
            encoding=entry.encoding or "",
            scale_register=self._scale(place, entry, reference, scales),
        )
        return None if meaning == Meaning() else meaning

    def _scale(
        self, place: Place, entry: MapPointEntry, reference: Reference, scales: Mapping[str, ScalePoint]
    ) -> ScaleRegister | None:
        if entry.scale_register is None:
            return None
        found = scales.get(entry.scale_register)
        path = (*place.path, "scale_register")
        if found is None:
            hint = nearest(entry.scale_register, scales)
            self.complain(path, f"no point is called {entry.scale_register!r}", hint)
            return None
        if found.table != reference.table:
            self.complain(path, f"lies in the {found.table} table and the point in {reference.table}")
            return None
        return ScaleRegister(found.address, found.order)

    def _sentinel(self, place: Place, value: int | float | str, kind: str) -> int | float | str:
        """A sentinel as the type reads it: 0x8000 is -32768 for an int16, 0xFFFFFFFF NaN for a float32."""
        path = (*place.path, "nan")
        if isinstance(value, str) != (kind == "string") or kind not in (
            *NUMBERED,
            "string",
            "bcd16",
            "bcd32",
        ):
            self.complain(path, f"{shown(value)} is no raw value of {kind}")
            return value
        if kind in FLOATS and isinstance(value, int) and value > 0xFFFF:
            letter, width = FLOATS[kind]
            if value < 1 << 16 * width:
                return float(Struct(">" + letter).unpack(value.to_bytes(2 * width, "big"))[0])
        if kind in INTEGERS:
            span = 1 << 16 * INTEGERS[kind][1]
            if not isinstance(value, int) or not -span // 2 <= value < span:
                self.complain(path, f"{shown(value)} is no raw value of {kind}")
                return value
            signed = kind.startswith("int")
            return value - span if signed and value >= span // 2 else value if signed else value % span
        return value

    def _write(self, place: Place, entry: MapPointEntry, point: Point) -> WriteRule | None:
        section = entry.write
        if section is None:
            return None
        path = (*place.path, "write")
        if not point.writable:
            hint = "only coils and holding registers can be written"
            self.complain(path, f"the {point.table} table cannot be written", hint)
        elif not point.is_number and any(one is not None for one in (section.min, section.max, section.step)):
            self.complain(path, f"{shown(point.type)} values have no 'min', 'max' or 'step'", "remove them")
        usual = BIT_WRITES if point.table.is_bits else REGISTER_WRITES
        if section.function is not None and section.function not in usual:
            known = " or ".join(map(str, usual))
            self.complain((*path, "function"), f"the {point.table} table is written with {known}")
        return WriteRule(section.min, section.max, section.step, section.function, section.note or "")


def _completed(entry: MapPointEntry, shift: int) -> Reference:
    """The reference with the type that stands beside it, so that ranges count in values of that type."""
    reference = entry.ref
    if "/" in reference.text:
        for key in ("type", "order", "length"):
            said = getattr(entry, key)
            if said is not None and said != getattr(reference, key):
                raise UsageError(f"'{key}' contradicts 'ref', where it is {getattr(reference, key)!r}")
    elif not reference.table.is_bits:
        length = f"[{entry.length}]" if entry.length is not None else ""
        order = f":{entry.order}" if entry.order is not None else ""
        reference = parse_reference(f"{reference.text}/{_type(entry, reference)}{length}{order}")
    elif entry.type is not None or entry.order is not None or entry.length is not None:
        raise UsageError(f"a {reference.table} is a single bit: it has no type, order and length")
    if not shift:
        return reference
    return Reference(
        reference.table,
        reference.address + shift,
        reference.count,
        reference.type,
        reference.order,
        reference.length,
    )


def _type(entry: MapPointEntry, reference: Reference) -> str:
    """The type of the values; fields of bits and flags count in unsigned integers."""
    kind = entry.type or reference.type or "uint16"
    if reference.table.is_bits:
        return "bool"
    if entry.mask is not None or entry.flags is not None:
        return "uint16" if kind == "bits" else kind.replace("int", "uint") if kind.startswith("int") else kind
    return "uint16" if kind == "bits" and entry.enum is not None else kind


def _poll(entry: MapPointEntry) -> str:
    quantity = QUANTITIES.get(entry.quantity or "")
    return POLL_OF_KIND.get(quantity.kind, "normal") if quantity is not None else "normal"


def _code(text: str | None) -> str:
    unit = parse_unit(text or "")
    return unit.code if unit is not None else ""


def _condition(entry: MapPointEntry) -> Condition | None:
    if entry.when is None:
        return None
    return Condition(tuple(entry.when.models), entry.when.firmware or "")
