"""Blocks at run time: every way of decoding gives what the point's own reader gives."""

from __future__ import annotations

import math
import random
import struct
from typing import Any

import pytest

from port502.collect.deadband import Deadband
from port502.collect.reading import LiveBlock, request_for
from port502.collect.sample import BAD, GOOD
from port502.errors import ReplyError
from port502.registers.block import Block
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import ORDERS


def live(*points: Point, bands: dict[str, Deadband] | None = None) -> LiveBlock:
    return LiveBlock(Block(points), {point.name: f"d.{point.name}" for point in points}, bands or {}, 100.0)


def holding(name: str, address: int, kind: str = "uint16", **more: Any) -> Point:
    return Point(name, Table.HOLDING, address, kind, **more)


def values(block: LiveBlock, data: bytes) -> dict[str, Any]:
    samples = block.good(data, 5.0)
    assert samples is not None
    assert [sample.point for sample in samples] == list(block.names)
    return {sample.point[2:]: sample.value for sample in samples}


@pytest.mark.parametrize("table", list(Table))
def test_each_table_is_read_by_its_own_function(table: Table) -> None:
    request = request_for(Block([Point("a", table, 7), Point("b", table, 9)]))
    assert (request.function, request.encode()[1:]) == (table.read_function, bytes((0, 7, 0, 3)))


def test_plain_numbers_with_gaps_are_read_together() -> None:
    block = live(
        holding("a", 10), holding("b", 12, "int16"), holding("c", 13, "float32"), holding("d", 20, "uint64"),
    )  # fmt: skip
    data = struct.pack(">HxxhfxxxxxxxxxxQ", 7, -5, 1.5, 2**40)
    assert values(block, data) == {"a": 7, "b": -5, "c": 1.5, "d": 2**40}


def test_scaled_values_come_without_the_dust_of_binary_fractions() -> None:
    block = live(
        holding("a", 0, scale=0.1), holding("b", 1), holding("c", 2, "int16", scale=0.01, offset=-40)
    )
    assert values(block, struct.pack(">HHh", 2317, 5, 1234)) == {"a": 231.7, "b": 5, "c": -27.66}


def test_every_kind_of_point_reads_as_its_own_reader_does() -> None:
    random.seed(5)
    points = []
    address = 0
    for number, kind in enumerate(
        ["uint16", "int32", "float32", "uint64", "bits", "string", "bcd16", "int16"] * 2
    ):
        length = 3 if kind == "string" else None
        order = ORDERS[number % 4]
        point = holding(f"p{number}", address, kind, order=order, length=length, count=1 + number % 2)
        points.append(point)
        address = point.end + number % 3
    block = live(*points)
    for _ in range(50):
        data = bytes(random.choice(b"\x00\x01\x12\x34\x56\x41\x42") for _ in range(2 * block.block.quantity))
        found = values(block, data)
        assert found == {point.name: point.decode(data, 2 * point.address) for point in points}


def test_points_over_one_another_are_all_read() -> None:
    block = live(holding("whole", 0, "uint32"), holding("high", 0), holding("low", 1))
    assert values(block, bytes((0, 1, 0, 2))) == {"whole": 65538, "high": 1, "low": 2}


def test_bits_are_read_one_by_one_and_in_rows() -> None:
    block = live(Point("a", Table.COIL, 3), Point("b", Table.COIL, 4), Point("row", Table.COIL, 8, count=4))
    assert values(block, bytes((0b0110_0010, 0b1))) == {
        "a": False, "b": True, "row": (True, True, False, True),
    }  # fmt: skip
    assert block.raw("d.row") == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("number", "reason"), [(math.nan, "not a number"), (math.inf, "infinite"), (-math.inf, "infinite")]
)
def test_a_float_that_is_no_number_is_bad_and_its_neighbours_are_good(number: float, reason: str) -> None:
    block = live(holding("a", 0, "float32"), holding("b", 2, "float32"), holding("c", 4))
    data = struct.pack(">ffH", 1.5, number, 9)
    assert block.good(data, 5.0) is None
    a, b, c = block.mixed(data, 5.0)
    assert (a.value, a.quality, c.value, c.quality) == (1.5, GOOD, 9, GOOD)
    assert (b.value, b.quality, b.reason) == (None, BAD, reason)


def test_huge_but_finite_floats_are_good() -> None:
    block = live(holding("a", 0, "float64"), holding("b", 4, "float64"))
    data = struct.pack(">dd", 1.7e308, 1.7e308)
    samples = block.good(data, 5.0) or block.mixed(data, 5.0)
    assert [(sample.value, sample.quality) for sample in samples] == [(1.7e308, GOOD)] * 2


@pytest.mark.parametrize("order", ["abcd", "cdab"])
def test_the_same_holds_for_other_orders_and_for_several_values(order: str) -> None:
    block = live(holding("row", 0, "float32", order=order, count=2), holding("n", 4, "bcd16"))
    assert block.good(b"\x7f\xc0\x7f\xc0" * 2 + b"\x12\x34", 5.0) is None
    row, n = block.mixed(b"\x7f\xc0\x7f\xc0" * 2 + b"\x12\x34", 5.0)
    assert (row.quality, row.reason) == (BAD, "not a number")
    assert n.value == 1234


def test_a_value_that_cannot_be_decoded_is_bad_and_its_neighbours_are_good() -> None:
    block = live(holding("n", 0, "bcd16"), holding("a", 1))
    assert block.good(b"\xab\xcd\x00\x05", 5.0) is None
    samples = {sample.point: sample for sample in block.mixed(b"\xab\xcd\x00\x05", 5.0)}
    assert samples["d.n"].reason.startswith("decode: 0xabcd is no binary coded decimal")
    assert samples["d.n"].value is None
    assert samples["d.a"].value == 5


def test_data_of_another_length_is_refused_whole() -> None:
    block = live(holding("a", 0), holding("b", 1))
    for data in (b"", b"\0\1\0", b"\0\1\0\2\0\3"):
        with pytest.raises(ReplyError):
            block.good(data, 5.0)


def test_raw_registers_are_those_that_came_last() -> None:
    block = live(holding("a", 10), holding("b", 12, "float32"))
    assert block.raw("d.b") == ()
    block.good(struct.pack(">HxxHH", 7, 8, 9), 5.0)
    assert (block.raw("d.a"), block.raw("d.b")) == ((7,), (8, 9))


def test_a_failed_read_gives_one_bad_sample_per_point() -> None:
    samples = live(holding("a", 0), holding("b", 1)).bad("timeout", 9.0)
    assert [(one.point, one.time, one.value, one.quality, one.reason) for one in samples] == [
        ("d.a", 9.0, None, BAD, "timeout"),
        ("d.b", 9.0, None, BAD, "timeout"),
    ]


def test_filters_stand_in_the_order_of_the_samples() -> None:
    band = Deadband(1.0)
    block = live(holding("text", 0, "string", length=2), holding("b", 2), bands={"d.b": band})
    assert block.filters is not None
    assert dict(zip(block.names, block.filters, strict=True)) == {"d.text": None, "d.b": band}
    assert live(holding("a", 0)).filters is None
