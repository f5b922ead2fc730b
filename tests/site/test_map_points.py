"""Points of a map file, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.registers.maps.model import MapPoint
from port502.registers.reference import Table
from port502.site.document import Document
from port502.site.map_model import MapFile, entry_of
from port502.site.map_points import Builder, Place, ScalePoint
from port502.site.validate import validated

HEAD = "map: a/b\nmanufacturer: A\ncategory: plc\nbyte_order: dcba\n"


def built(points: str, shift: int = 0) -> tuple[dict[str, MapPoint], Builder]:
    document = Document(Path("m.yaml"), f"{HEAD}points:\n  v: {points}\n", {})
    file, found = validated(MapFile, document.data, document, entry=entry_of)
    assert file is not None
    assert found == []
    builder = Builder(file, document)
    made: dict[str, MapPoint] = {}
    scales = {"sf": ScalePoint(file.points["v"].ref.table, 50, "abcd")}
    builder.add(made, Place(("points", "v"), "v", shift=shift), file.points["v"], scales)
    return made, builder


@pytest.mark.parametrize(
    ("entry", "kind", "order", "width"),
    [
        ("{ref: 40001}", "uint16", "dcba", 1),
        ("{ref: 40001, type: int32}", "int32", "dcba", 2),
        ("{ref: 40001, type: int32, order: cdab}", "int32", "cdab", 2),
        ("{ref: 'holding:0/int32:badc'}", "int32", "badc", 2),
        ("{ref: 'holding:0/int32'}", "int32", "dcba", 2),
        ("{ref: 40001, type: string, length: 4}", "string", "abcd", 4),
        ("{ref: 40001, type: string, length: 4, order: badc}", "string", "badc", 4),
        ("{ref: coil:1}", "bool", "abcd", 1),
        ("{ref: 40001, type: bits, flags: {0: a}}", "uint16", "dcba", 1),
        ("{ref: 40001, type: int32, flags: {0: a}}", "uint32", "dcba", 2),
        ("{ref: 40001, type: bits, enum: {0: a}}", "uint16", "dcba", 1),
        ("{ref: 40001, type: bits}", "bits", "dcba", 1),
        ("{ref: holding:0..7, type: float32}", "float32", "dcba", 8),
        ("{ref: holding:0*6, epoch: ymdhms}", "uint16", "dcba", 6),
    ],
)
def test_type_order_and_width(entry: str, kind: str, order: str, width: int) -> None:
    point = built(entry)[0]["v"].point
    assert (point.type, point.order, point.width) == (kind, order, width)


def test_a_shift_moves_the_point() -> None:
    point = built("{ref: 40001, type: uint32, scale_register: sf}", shift=30)[0]["v"].point
    assert point.address == 30
    assert point.scale_point is not None
    assert point.scale_point.address == 50


@pytest.mark.parametrize(
    ("said", "order"), [("", "badc"), (", order: cdab", "abcd"), (", order: badc", "badc")]
)
def test_a_scale_register_has_the_order_of_one_register(said: str, order: str) -> None:
    _, builder = built("{ref: 40001}")
    document = Document(Path("m.yaml"), f"{HEAD}points:\n  sf: {{ref: 40051, type: int16{said}}}\n", {})
    file, _ = validated(MapFile, document.data, document, entry=entry_of)
    assert file is not None
    assert builder.scale_point(file.points["sf"], 7) == ScalePoint(Table.HOLDING, 57, order)


def test_a_fault_is_told_once_and_gives_no_point() -> None:
    made, builder = built("{ref: 40001, nan: [-70000], write: {function: 15}}")
    assert made == {}
    assert len(builder.faults) == 2
    builder.complain(("points", "v", "nan"), builder.faults[0].message)
    assert len(builder.faults) == 2
