"""The points of a site, wherever they are written: checked against their tables, and made ready to be collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from port502.collect.settings import PointSettings, WriteRule
from port502.errors import UsageError
from port502.registers.point import Point
from port502.registers.reference import Reference, parse_reference
from port502.site.faults import WARNING, Fault, KeyPath
from port502.site.model import PointEntry
from port502.site.scalars import shown
from port502.site.validate import Source

REGISTER_KEYS = ("type", "order", "length", "scale", "offset", "deadband", "stale", "write")
"""Keys that say something about registers, and so nothing about an expression."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One point as written: whose it is, and where it stands."""

    device: str
    name: str
    model: PointEntry
    source: Source
    path: KeyPath

    @property
    def full_name(self) -> str:
        """``DEVICE.POINT``, the name in history and expressions."""
        return f"{self.device}.{self.name}"

    def fault(self, key: str, message: str, hint: str = "", *, severity: str = "error") -> Fault:
        """A fault about one key of this point, or about the point itself when the key is empty."""
        path = (*self.path, key) if key else self.path
        return self.source.fault(path, message, hint, severity=severity, at_key=not key)


def point_of(entry: Entry) -> tuple[Point | None, list[Fault]]:
    """The point that an entry describes, None for an expression or a faulty entry, and its faults."""
    model = entry.model
    if model.ref is not None and model.expression is not None:
        return None, [entry.fault("expression", "a point has either 'ref' or 'expression', not both")]
    if model.expression is not None:
        return None, _expression_faults(entry)
    if model.ref is None:
        return None, [entry.fault("", "says neither 'ref' nor 'expression'", "write where it is: ref: 40001")]
    faults = _type_faults(entry, model.ref)
    if faults:
        return None, faults
    try:
        reference = _completed(model, model.ref)
    except UsageError as error:
        return None, [entry.fault(_guilty(model), str(error))]
    try:
        point = Point.from_reference(
            reference,
            entry.name,
            scale=model.scale,
            offset=model.offset,
            unit=model.unit or "",
            quantity=model.quantity or "",
        )
    except UsageError as error:
        return None, [entry.fault("", str(error).removeprefix(f"{entry.name}: "))]
    if reference.notice:
        faults.append(entry.fault("ref", reference.notice, severity=WARNING))
    return point, [*faults, *meaning_faults(entry, point)]


def point_settings(entry: Entry, point: Point, interval: float) -> PointSettings:
    """What the collector is told about a point."""
    model = entry.model
    said = model.write
    write = None if said is None else WriteRule(said.min, said.max, critical=said.critical)
    return PointSettings(entry.name, point, interval, model.deadband, model.stale, write)


def overlaps(points: Iterable[tuple[Entry, Point]]) -> list[Fault]:
    """Warnings for points of one device that share only a part of their registers, or all of them.

    A point that lies whole inside a larger one is taken as meant: a status word beside its bits.
    """
    faults: list[Fault] = []
    widest: dict[str, tuple[Entry, Point]] = {}
    for entry, point in sorted(points, key=lambda one: (one[1].address, -one[1].end)):
        before = widest.get(point.table)
        if before is not None and point.address < before[1].end:
            other = before[1]
            same = (point.address, point.end) == (other.address, other.end)
            if point.end > other.end or (same and point.type == other.type and point.order == other.order):
                share = "has the same registers as" if same else "overlaps the registers of"
                place = f"{other.table}:{other.address}-{other.end - 1}"
                faults.append(entry.fault("ref", f"{share} {before[0].name!r} ({place})", severity=WARNING))
        if before is None or point.end >= before[1].end:
            widest[point.table] = (entry, point)
    return faults


def _expression_faults(entry: Entry) -> list[Fault]:
    said = [key for key in REGISTER_KEYS if key in entry.model.model_fields_set]
    message = "has no meaning for a point with an 'expression'"
    return [entry.fault(key, message, "remove it") for key in said]


def _type_faults(entry: Entry, reference: Reference) -> list[Fault]:
    """What stands twice, or belongs to another type."""
    model = entry.model
    kind = model.type or reference.type
    faults: list[Fault] = []
    if "/" in reference.text:
        said: list[tuple[str, Callable[[], bool]]] = [
            ("type", lambda: model.type != reference.type),
            ("order", lambda: model.order != reference.order),
            ("length", lambda: model.length != reference.length),
        ]
        for key, differs in said:
            if getattr(model, key) is not None and differs():
                was = getattr(reference, key)
                faults.append(entry.fault(key, f"contradicts 'ref', where it is {was!r}", "say it once"))
    if model.length is not None and kind != "string":
        faults.append(entry.fault("length", "only a string has a length", "write 'type: string'"))
    if kind == "string" and model.length is None and reference.length is None:
        faults.append(entry.fault("type", "a string needs its length in registers", "write 'length: 8'"))
    return faults


def _completed(model: PointEntry, reference: Reference) -> Reference:
    """The reference with the type that stands beside it, read again so that ranges count in values of that type."""
    if "/" in reference.text or (model.type is None and model.order is None):
        return reference
    length = f"[{model.length}]" if model.length is not None else ""
    order = f":{model.order}" if model.order is not None else ""
    return parse_reference(f"{reference.text}/{model.type or 'uint16'}{length}{order}")


def _guilty(model: PointEntry) -> str:
    return "type" if model.type is not None else "order"


def meaning_faults(entry: Entry, point: Point) -> list[Fault]:
    """What the table or the type cannot give."""
    model = entry.model
    faults: list[Fault] = []
    in_words = point.meaning is not None and point.meaning.in_words
    if model.deadband and (not point.is_number or point.count > 1 or in_words):
        kind = "labelled" if in_words else shown(point.type)
        faults.append(entry.fault("deadband", f"{kind} values have no deadband", "remove it"))
    if model.write is None:
        return faults
    if not point.writable:
        hint = "only coils and holding registers can be written"
        faults.append(entry.fault("write", f"the {point.table} table cannot be written", hint))
    elif (model.write.min is not None or model.write.max is not None) and not point.is_number:
        faults.append(
            entry.fault("write", f"{shown(point.type)} values have no 'min' and no 'max'", "write {}")
        )
    return faults
