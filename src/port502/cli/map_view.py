"""A device map as people and programs read it: title, points, and the requests that fetch them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from port502.cli.output import printable, table
from port502.registers.block import Block
from port502.registers.maps.model import DeviceMap, MapPoint
from port502.registers.maps.words import place_of, remarks, type_of
from port502.registers.planner import explain

if TYPE_CHECKING:
    from rich.table import Table

WIDEST_DRAWING = 64
ASKED, BRIDGED = "█", "░"


def title_lines(known: DeviceMap) -> list[str]:
    """What is known of the product, and where from."""
    own = known.capabilities
    takes = [
        f"{own.max_connections} connections" if own.max_connections else "",
        f"{own.max_registers} registers per read" if own.max_registers else "",
        f"{own.pause * 1000:g} ms between requests" if own.pause else "",
        f"hangs up after {own.idle_close:g} s" if own.idle_close else "",
    ]
    lines = [
        f"{known.name}  {known.manufacturer}  {', '.join(known.models)}".rstrip(),
        f"{known.category}, {known.status}, {len(known.points)} points, unit {known.default_unit}, "
        f"port {known.default_port}",
        "takes " + ", ".join(filter(None, takes)) if any(takes) else "",
        *(f"from {one.source}{f' ({one.licence})' if one.licence else ''}" for one in known.provenance),
        *(f"note: {note}" for note in known.notes),
    ]
    return [line for line in lines if line]


def points_table(points: Sequence[MapPoint]) -> Table:
    """The points, one per row."""
    made = table("point", "ref", "type", "unit", "quantity", "poll", "", right=())
    for one in points:
        cells = (
            one.name,
            place_of(one),
            type_of(one),
            one.point.unit,
            one.quantity,
            one.poll,
            "; ".join(remarks(one)),
        )
        made.add_row(*map(printable, cells))
    return made


def plan_lines(blocks: Sequence[Block]) -> list[str]:
    """The requests, each with a drawing of what it reads."""
    told = explain(blocks).splitlines()
    lines: list[str] = []
    for block, text in zip(blocks, told, strict=False):
        lines += [text, f"  {drawing(block)}"]
    return [*lines, told[-1]]


def drawing(block: Block) -> str:
    """A request as a row of cells, one for each register (or bit), or for several where it is long."""
    asked = [True] * block.quantity
    for gap in block.gaps:
        for address in range(gap.address, gap.end):
            asked[address - block.address] = False
    step = -(-block.quantity // WIDEST_DRAWING)
    return "".join(
        ASKED if any(asked[start : start + step]) else BRIDGED for start in range(0, block.quantity, step)
    )


def plan_json(block: Block) -> dict[str, object]:
    """One request by its field names."""
    return {
        "table": str(block.table),
        "address": block.address,
        "quantity": block.quantity,
        "function": block.function,
        "bridged": block.bridged,
        "points": [point.name for point in block.points],
    }


def map_json(known: DeviceMap, points: Sequence[MapPoint]) -> dict[str, object]:
    """A map by its field names; what has nothing to say is left out."""
    own = known.capabilities
    takes = {
        "max_connections": own.max_connections,
        "idle_close_s": own.idle_close,
        "max_registers": own.max_registers,
        "max_bits": own.max_bits,
        "gap": own.gap,
        "pause_ms": None if own.pause is None else own.pause * 1000,
        "settle_ms": None if own.settle is None else own.settle * 1000,
        "tolerate": own.tolerate or None,
    }
    return {
        "name": known.name,
        "manufacturer": known.manufacturer,
        "models": known.models,
        "category": known.category,
        "status": known.status,
        "default_unit": known.default_unit,
        "default_port": known.default_port,
        "capabilities": {key: value for key, value in takes.items() if value is not None},
        "sources": [
            _said({"source": one.source, "licence": one.licence, "page": one.page})
            for one in known.provenance
        ],
        "notes": known.notes,
        "points": [point_json(one) for one in points],
    }


def point_json(one: MapPoint) -> dict[str, object]:
    """A point by its field names."""
    point, meaning, write = one.point, one.point.meaning, one.write
    fields: dict[str, object] = {
        "name": one.name,
        "ref": place_of(one),
        "table": str(point.table),
        "address": point.address,
        "type": point.type,
        "order": point.order if point.order != "abcd" else "",
        "length": point.length,
        "count": point.count if point.count > 1 else None,
        "scale": point.scale if point.scale != 1 else None,
        "offset": point.offset or None,
        "unit_of_measure": point.unit,
        "ucum": one.unit,
        "quantity": one.quantity,
        "phase": one.phase,
        "poll": one.poll,
        "sign": one.sign,
        "note": one.note,
    }
    if meaning is not None:
        fields |= {
            "mask": meaning.mask,
            "enum": {str(number): label for number, label in meaning.enum},
            "flags": {str(bit): label for bit, label in meaning.flags},
            "not_available": list(meaning.nan),
            "epoch": meaning.epoch,
            "encoding": meaning.encoding,
            "scale_address": meaning.scale_register.address if meaning.scale_register is not None else None,
        }
    if write is not None:
        limits = {"min": write.minimum, "max": write.maximum, "step": write.step, "function": write.function}
        fields["write"] = {key: value for key, value in limits.items() if value is not None}
    told = _said(fields)
    if write is not None:
        told["write"] = fields["write"]
    return told


def _said(fields: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value not in ("", None, [], {}, ())}
