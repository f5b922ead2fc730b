"""Blocks: what a read asks for and what its reply means."""

from __future__ import annotations

import pytest

from port502.errors import ReplyError
from port502.registers.block import Block, Span
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import DecodeError


def test_a_block_of_registers() -> None:
    late = Point("power", Table.HOLDING, 14, "float32")
    early = Point("voltage", Table.HOLDING, 10, scale=0.1)
    block = Block([late, early])
    assert (block.table, block.address, block.quantity, block.end, block.function) == (
        Table.HOLDING,
        10,
        6,
        16,
        3,
    )
    assert block.points == (early, late)
    assert block.gaps == (Span(Table.HOLDING, 11, 14),)
    assert block.bridged == 3
    assert block.request.encode() == bytes.fromhex("03 000a 0006")
    assert block.values(bytes.fromhex("08fd 0000 0000 0000 4367 0000")) == [(early, 230.1), (late, 231.0)]


@pytest.mark.parametrize(
    ("table", "pdu"),
    [
        (Table.COIL, "01 0003 000b"),
        (Table.DISCRETE, "02 0003 000b"),
        (Table.HOLDING, "03 0003 000b"),
        (Table.INPUT, "04 0003 000b"),
    ],
)
def test_the_request_of_each_table(table: Table, pdu: str) -> None:
    block = Block([Point("first", table, 3), Point("last", table, 13)])
    assert block.request.encode() == bytes.fromhex(pdu)


def test_a_block_of_bits() -> None:
    points = [Point("a", Table.COIL, 3), Point("b", Table.COIL, 11, count=2)]
    block = Block(points)
    assert block.quantity == 10
    assert block.values(b"\x01\x02") == [(points[0], True), (points[1], (False, True))]


def test_overlapping_points_leave_no_gap() -> None:
    block = Block(
        [Point("a", Table.INPUT, 0, count=10), Point("b", Table.INPUT, 3), Point("c", Table.INPUT, 10)]
    )
    assert block.gaps == ()
    assert block.quantity == 11


def test_one_undecodable_point_costs_its_neighbours_nothing() -> None:
    points = [
        Point("a", Table.HOLDING, 0),
        Point("b", Table.HOLDING, 1, "bcd16"),
        Point("c", Table.HOLDING, 2),
    ]
    values = Block(points).values(bytes.fromhex("0001 ffff 0003"))
    assert [value for _, value in values[::2]] == [1, 3]
    assert isinstance(values[1][1], DecodeError)


@pytest.mark.parametrize("size", [0, 2, 5, 6, 8])
def test_data_of_another_length_is_never_decoded(size: int) -> None:
    block = Block([Point("a", Table.HOLDING, 0), Point("b", Table.HOLDING, 1)])
    with pytest.raises(ReplyError, match=f"takes 4 bytes of data, got {size}"):
        block.values(bytes(size))


def test_blocks_and_spans_show_where_they_lie() -> None:
    block = Block([Point("a", Table.HOLDING, 0), Point("b", Table.HOLDING, 3)])
    assert str(block) == "holding:0*4"
    assert repr(block) == "<Block holding:0*4 points=2 bridged=2>"
    assert str(Span(Table.INPUT, 5, 8)) == "input:5..7"


@pytest.mark.parametrize(
    ("address", "end", "overlaps"), [(0, 5, False), (0, 6, True), (7, 8, True), (8, 9, False), (0, 99, True)]
)
def test_spans_end_before_their_end(address: int, end: int, overlaps: bool) -> None:
    assert Span(Table.INPUT, 5, 8).overlaps(address, end) is overlaps
