"""Points: where they lie, what they decode to, what they send."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import pytest

from port502.errors import UsageError
from port502.registers.point import Point
from port502.registers.reference import Table, parse_reference
from port502.registers.values import DecodeError, Value


def test_a_point_of_a_meter() -> None:
    point = Point("voltage_l1", Table.INPUT, 0, "float32", unit="V", quantity="voltage")
    assert (point.width, point.end) == (2, 2)
    assert point.decode(bytes.fromhex("43670000")) == 231.0
    assert point.reader() is Point("other", Table.INPUT, 99, "float32").reader()


def test_scaled_integers_have_no_dust_and_plain_ones_stay_integers() -> None:
    data = (2317).to_bytes(2, "big")
    assert repr(Point("u", Table.HOLDING, 0, scale=0.1).decode(data)) == "231.7"
    plain = Point("u", Table.HOLDING, 0).decode(data)
    assert plain == 2317
    assert isinstance(plain, int)


def test_an_offset_is_added_after_the_scale() -> None:
    point = Point("t", Table.INPUT, 0, "int16", scale=0.1, offset=-40.0)
    assert point.decode(b"\x01\xf4") == 10.0
    assert point.encode(10.0) == b"\x01\xf4"


def test_several_values_are_a_tuple() -> None:
    point = Point("phases", Table.INPUT, 10, "uint16", count=3, scale=0.1)
    assert point.width == 3
    assert point.decode(bytes.fromhex("ffff 08fc 08fd 08fe"), 2) == (230.0, 230.1, 230.2)
    assert point.encode((230.0, 230.1, 230.2)) == bytes.fromhex("08fc 08fd 08fe")
    plain = Point("phases", Table.INPUT, 10, "uint16", count=2)
    assert plain.decode(b"\0\1\0\2") == (1, 2)


def test_bits_of_registers_one_and_several() -> None:
    one = Point("status", Table.HOLDING, 0, "bits")
    assert one.decode(b"\x00\x05") == (True, False, True, *[False] * 13)
    two = Point("status", Table.HOLDING, 0, "bits", count=2)
    value = two.decode(b"\x00\x01\x80\x00")
    assert value == (True, *[False] * 30, True)
    assert two.encode(value) == b"\x00\x01\x80\x00"


@pytest.mark.parametrize("offset", range(16))
def test_coils_are_found_at_any_bit(offset: int) -> None:
    data = (1 << offset).to_bytes(2, "little")
    point = Point("on", Table.COIL, 0)
    assert point.decode(data, offset) is True
    assert point.decode(data, (offset + 1) % 16) is False


@pytest.mark.parametrize("offset", range(16))
def test_several_coils_from_any_bit(offset: int) -> None:
    point = Point("on", Table.DISCRETE, 0, count=11)
    pattern = 0b10110011101
    data = (pattern << offset).to_bytes(4, "little")
    assert point.decode(data, offset) == tuple(bool(pattern >> bit & 1) for bit in range(11))
    assert point.width == 11


def test_coils_are_written_as_state_or_as_packed_bits() -> None:
    coil = Point("on", Table.COIL, 3)
    assert coil.type == "bool"
    assert coil.encode(True) is True
    assert coil.encode(0) is False
    assert Point("on", Table.COIL, 3, count=9).encode((True, *[False] * 7, True)) == b"\x01\x01"


@pytest.mark.parametrize(
    ("point", "value"),
    [
        (Point("p", Table.COIL, 0), 2),
        (Point("p", Table.COIL, 0), "on"),
        (Point("p", Table.COIL, 0), (True,)),
        (Point("p", Table.COIL, 0), 1.0),
        (Point("p", Table.COIL, 0, count=2), True),
        (Point("p", Table.COIL, 0, count=2), (True,)),
        (Point("p", Table.COIL, 0, count=2), (True, 7)),
        (Point("p", Table.HOLDING, 0), 65536),
        (Point("p", Table.HOLDING, 0), math.nan),
        (Point("p", Table.HOLDING, 0), True),
        (Point("p", Table.HOLDING, 0), "7"),
        (Point("p", Table.HOLDING, 0), (1, 2)),
        (Point("p", Table.HOLDING, 0, "float32"), math.nan),
        (Point("p", Table.HOLDING, 0, "float32"), math.inf),
        (Point("p", Table.HOLDING, 0, scale=0.1), 6553.6),
        (Point("p", Table.HOLDING, 0, count=2), (1,)),
        (Point("p", Table.HOLDING, 0, count=2), 1),
        (Point("p", Table.HOLDING, 0, "string", length=2), "abcde"),
        (Point("p", Table.HOLDING, 0, "bits", count=2), (True,) * 16),
    ],
)
def test_h288_what_cannot_be_sent_is_refused_by_name(point: Point, value: Value) -> None:
    with pytest.raises(UsageError, match=r"^p: "):
        point.encode(value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"table": "coils"},
        {"address": -1},
        {"address": 65536},
        {"address": 65535, "type": "float32"},
        {"type": "uint17"},
        {"type": "bool"},
        {"order": "acbd"},
        {"type": "string"},
        {"length": 3},
        {"count": 0},
        {"scale": 0.0},
        {"scale": math.nan},
        {"type": "string", "length": 2, "scale": 0.1},
        {"type": "bits", "offset": 1.0},
        {"table": Table.COIL, "type": "float32"},
        {"table": Table.COIL, "scale": 0.1},
    ],
)
def test_descriptions_that_no_device_can_have(arguments: dict[str, object]) -> None:
    described: dict[str, object] = {"name": "p", "table": Table.HOLDING, "address": 0} | arguments
    with pytest.raises(UsageError, match=r"^p: "):
        Point(**described)  # type: ignore[arg-type]


def test_a_table_may_be_given_by_its_name() -> None:
    assert Point("p", "holding", 0).table is Table.HOLDING  # type: ignore[arg-type]


def test_points_from_references() -> None:
    point = Point.from_reference(parse_reference("40108*4/float32:cdab"), "power", scale=0.001, unit="kW")
    assert point == Point("power", Table.HOLDING, 107, "float32", "cdab", None, 4, 0.001, 0.0, "kW")
    assert Point.from_reference(parse_reference("40108")).name == "40108"
    assert Point.from_reference(parse_reference("coil:3")).type == "bool"
    assert Point.from_reference(parse_reference("h:0/string[4]")).reference == parse_reference(
        "h:0/string[4]"
    )


def test_undecodable_registers_are_an_error() -> None:
    with pytest.raises(DecodeError):
        Point("p", Table.HOLDING, 0, "bcd16", scale=0.1).decode(b"\xff\xff")


def test_writable_tables() -> None:
    assert [Point("p", table, 0).writable for table in Table] == [True, False, False, True]


def test_points_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Point("p", Table.HOLDING, 0).address = 1  # type: ignore[misc]
