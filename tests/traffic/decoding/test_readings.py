"""Values as every type and order, and by a map."""

from __future__ import annotations

import struct

import pytest

from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import encode_value
from port502.traffic.decoding.layout import Span
from port502.traffic.decoding.readings import named_values, plausible, readings

FLOATS = (230.1, 229.8, 50.02)


@pytest.mark.parametrize("order", ["abcd", "cdab", "badc", "dcba"])
def test_floats_are_found_in_their_order(order: str) -> None:
    data = b"".join(encode_value("float32", order, value) for value in FLOATS)
    best = readings(data)[0]
    assert (best.type, best.order) == ("float32", order)
    assert best.values == pytest.approx(FLOATS, rel=1e-6)


def test_registers_as_they_are_always_come_first() -> None:
    shown = plausible(struct.pack(">3f", *FLOATS))
    assert shown[0].name == "uint16"
    assert shown[0].text == "17254, 6554, 17253, 52429, 16968, 5243"
    assert "float32" in [one.name for one in shown]


def test_negative_numbers_are_shown_where_they_may_be() -> None:
    assert "int16" in [one.name for one in plausible(b"\xff\xfe\x00\x01")]
    assert "int16" not in [one.name for one in plausible(b"\x00\x02\x00\x01")]


def test_text_is_found() -> None:
    shown = plausible(b"Eastron SDM630\0\0")
    assert [(one.name, one.values) for one in shown if one.type.startswith("string")] == [
        ("string[8]", ("Eastron SDM630",))
    ]


def test_every_type_and_order_is_there_on_demand() -> None:
    names = {one.name for one in readings(bytes.fromhex("0001000200030004"))}
    assert {"uint64:dcba", "float64:cdab", "bcd32", "int16", "float32:badc"} <= names


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0", b"\xff" * 250, bytes(250)])
def test_any_bytes_can_be_read(data: bytes) -> None:
    assert all(0 <= one.score <= 1 for one in readings(data))


def test_a_map_names_what_lies_in_the_registers() -> None:
    points = [
        Point("voltage", Table.HOLDING, 107, "float32", unit="V"),
        Point("beyond", Table.HOLDING, 109, "uint32"),
        Point("other", Table.INPUT, 107),
        Point("digits", Table.HOLDING, 109, "bcd16"),
    ]
    data = struct.pack(">f", 230.5) + b"\xff\xff"
    found = named_values(points, Span(Table.HOLDING, 107, 3), data)
    assert [(one.point.name, one.value) for one in found] == [("voltage", 230.5), ("digits", None)]
    assert "binary coded" in found[1].fault
    assert named_values(points, Span(Table.HOLDING, None, 3), data) == []


def test_a_map_names_bits() -> None:
    points = [Point("run", Table.COIL, 20), Point("alarms", Table.COIL, 21, count=2)]
    found = named_values(points, Span(Table.COIL, 19, 5), b"\x0a")
    assert [(one.point.name, one.value) for one in found] == [("run", True), ("alarms", (False, True))]


def test_small_numbers_are_taken_for_registers_first() -> None:
    shown = plausible(struct.pack(">40H", *range(1, 41)))
    assert shown[0].score >= max(one.score for one in shown)
    assert shown[0].text.endswith("31, 32, ... (40 values)")
