"""Every way of decoding a block gives what the points' own readers give."""

from __future__ import annotations

import math
import random
import struct
from typing import Any

import pytest

from port502.collect.decoding import Decoder
from port502.errors import ReplyError
from port502.registers.block import Block
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import ORDERS


def decoder(*points: Point) -> Decoder:
    return Decoder(Block(points))


def holding(name: str, address: int, kind: str = "uint16", **more: Any) -> Point:
    return Point(name, Table.HOLDING, address, kind, **more)


def values(found: Decoder, data: bytes) -> dict[str, Any]:
    quick = found.quickly(data)
    assert quick is not None
    careful = found.carefully(data)
    assert list(quick) == [value for value, _ in careful]
    assert not any(fault for _, fault in careful)
    return {point.name: value for point, value in zip(found.points, quick, strict=True)}


def careful(found: Decoder, data: bytes) -> dict[str, tuple[Any, str]]:
    assert found.quickly(data) is None
    return {point.name: one for point, one in zip(found.points, found.carefully(data), strict=True)}


def test_plain_numbers_with_gaps_are_read_together() -> None:
    block = decoder(
        holding("a", 10), holding("b", 12, "int16"), holding("c", 13, "float32"), holding("d", 20, "uint64"),
    )  # fmt: skip
    data = struct.pack(">HxxhfxxxxxxxxxxQ", 7, -5, 1.5, 2**40)
    assert values(block, data) == {"a": 7, "b": -5, "c": 1.5, "d": 2**40}


def test_blocks_of_one_layout_share_what_decodes_them_wherever_they_are() -> None:
    here = decoder(holding("a", 10, scale=0.1), holding("b", 12))
    there = decoder(holding("c", 110, scale=0.1), holding("d", 112))
    assert here.quickly is there.quickly
    assert values(there, struct.pack(">HxxH", 7, 5)) == {"c": 0.7, "d": 5}
    for other in (
        decoder(holding("a", 10, scale=0.2), holding("b", 12)),
        decoder(holding("a", 10, "int16", scale=0.1), holding("b", 12)),
        decoder(holding("a", 10, scale=0.1), holding("b", 13)),
        decoder(holding("a", 10, scale=0.1), holding("b", 12), holding("c", 13)),
    ):
        assert other.quickly is not here.quickly


def test_many_numbers_in_a_row_with_gaps_between_them_come_in_their_order() -> None:
    kinds = ["uint16"] * 3 + ["float32"] * 4 + ["uint16", "int16", "uint16"]
    places = [0, 1, 2, 5, 7, 9, 13, 15, 16, 19]
    numbers = [1, 2, 3, 0.5, 1.5, 2.5, 3.5, 4, -5, 6]
    block = decoder(
        *[holding(f"p{n}", place, kind) for n, (place, kind) in enumerate(zip(places, kinds, strict=True))]
    )
    data = struct.pack(">3H4xfff4xfHh4xH", *numbers)
    assert list(values(block, data).values()) == numbers


def test_scaled_values_come_without_the_dust_of_binary_fractions() -> None:
    block = decoder(
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
    block = decoder(*points)
    for _ in range(50):
        data = bytes(random.choice(b"\x00\x01\x12\x34\x56\x41\x42") for _ in range(2 * address))
        found = values(block, data)
        assert found == {point.name: point.decode(data, 2 * point.address) for point in points}


def test_points_over_one_another_are_all_read() -> None:
    block = decoder(holding("whole", 0, "uint32"), holding("high", 0), holding("low", 1))
    assert values(block, bytes((0, 1, 0, 2))) == {"whole": 65538, "high": 1, "low": 2}


def test_bits_are_read_one_by_one_and_in_rows() -> None:
    block = decoder(
        Point("a", Table.COIL, 3), Point("b", Table.COIL, 4), Point("row", Table.COIL, 8, count=4)
    )
    assert values(block, bytes((0b0110_0010, 0b1))) == {
        "a": False, "b": True, "row": (True, True, False, True),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "reason"), [(math.nan, "not a number"), (math.inf, "infinite"), (-math.inf, "infinite")]
)
def test_a_float_that_is_no_number_is_found_among_its_neighbours(number: float, reason: str) -> None:
    block = decoder(holding("a", 0, "float32"), holding("b", 2, "float32"), holding("c", 4))
    found = careful(block, struct.pack(">ffH", 1.5, number, 9))
    assert (found["a"], found["c"]) == ((1.5, ""), (9, ""))
    assert found["b"][1] == reason


def test_huge_but_finite_floats_are_good() -> None:
    block = decoder(holding("a", 0, "float64"), holding("b", 4, "float64"))
    found = careful(block, struct.pack(">dd", 1.7e308, 1.7e308))
    assert list(found.values()) == [(1.7e308, "")] * 2


@pytest.mark.parametrize("order", ["abcd", "cdab"])
def test_the_same_holds_for_other_orders_and_for_several_values(order: str) -> None:
    block = decoder(holding("row", 0, "float32", order=order, count=2), holding("n", 4, "bcd16"))
    found = careful(block, b"\x7f\xc0\x7f\xc0" * 2 + b"\x12\x34")
    assert found["row"][1] == "not a number"
    assert found["n"] == (1234, "")


def test_a_value_that_cannot_be_decoded_is_found_among_its_neighbours() -> None:
    block = decoder(holding("n", 0, "bcd16"), holding("a", 1))
    found = careful(block, b"\xab\xcd\x00\x05")
    assert found["n"][0] is None
    assert found["n"][1].startswith("decode: 0xabcd is no binary coded decimal")
    assert found["a"] == (5, "")


@pytest.mark.parametrize("data", [b"", b"\0\1\0", b"\0\1\0\2\0\3"])
def test_data_of_another_length_is_refused_whole(data: bytes) -> None:
    for block in (
        decoder(holding("a", 0), holding("b", 1)),
        decoder(holding("a", 0), holding("b", 1, "bcd16")),
    ):
        with pytest.raises(ReplyError, match="4 bytes of data were asked for"):
            block.quickly(data)


def test_points_with_a_meaning_stand_beside_plain_ones() -> None:
    found = decoder(
        holding("plain", 0, scale=0.1),
        holding("state", 1, meaning=Meaning(enum=((0, "off"), (1, "on")), nan=(0xFFFF,))),
        holding("power", 2, "int16", meaning=Meaning(scale_register=ScaleRegister(3))),
    )
    assert values(found, struct.pack(">HHhh", 2301, 1, -15, -1)) == {
        "plain": 230.1,
        "state": "on",
        "power": -1.5,
    }
    assert careful(found, struct.pack(">HHhh", 2301, 0xFFFF, -15, 99)) == {
        "plain": (230.1, ""),
        "state": (None, "not available"),
        "power": (None, "decode: the scale register holds 99, not a power of ten from -10 to 10"),
    }
