"""The one request that writes a value."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.meaning import Meaning
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import Value
from port502.registers.writes import holds, needs_current, request_of

FIELD = Point("field", Table.HOLDING, 5, meaning=Meaning(mask=0x00F0))
WIDE = Point("wide", Table.HOLDING, 5, "uint32", meaning=Meaning(mask=0x000F0000))


@pytest.mark.parametrize(
    ("point", "value", "function", "pdu", "sent"),
    [
        (Point("p", Table.HOLDING, 5, scale=0.1), 4.2, None, "06 0005 002A", (42,)),
        (Point("p", Table.HOLDING, 5), 42, 6, "06 0005 002A", (42,)),
        (Point("p", Table.HOLDING, 5), 42, 16, "10 0005 0001 02 002A", (42,)),
        (Point("p", Table.HOLDING, 5, "uint32"), 65537, 6, "10 0005 0002 04 0001 0001", (1, 1)),
        (Point("p", Table.COIL, 5), True, None, "05 0005 FF00", (1,)),
        (Point("p", Table.COIL, 5), True, 15, "0F 0005 0001 01 01", (1,)),
        (Point("p", Table.COIL, 5, count=3), (True, False, True), None, "0F 0005 0003 01 05", (1, 0, 1)),
        (FIELD, 3, None, "16 0005 FF0F 0030", (0x30,)),
        (FIELD, 3, 22, "16 0005 FF0F 0030", (0x30,)),
    ],
)
def test_the_request_and_what_it_carries(
    point: Point, value: Value, function: int | None, pdu: str, sent: tuple[int, ...]
) -> None:
    request, registers = request_of(point, value, function)
    assert request.encode() == bytes.fromhex(pdu)
    assert registers == sent


def test_a_fraction_is_taken_where_a_scale_says_what_it_means() -> None:
    assert request_of(Point("p", Table.HOLDING, 5, scale=0.1), 4.26)[1] == (43,)
    assert request_of(Point("p", Table.HOLDING, 5), 42.0)[1] == (42,)
    assert request_of(Point("p", Table.HOLDING, 5, offset=0.5), 42.5)[1] == (42,)
    assert request_of(Point("p", Table.HOLDING, 5, "float32"), 1.5)[1] == (0x3FC0, 0)


def test_a_field_among_other_bits_leaves_them_as_they_are() -> None:
    assert not needs_current(FIELD)
    assert needs_current(FIELD, 6)
    request, sent = request_of(FIELD, 3, 6, (0xABCD,))
    assert (request.encode().hex(), sent) == ("060005ab3d", (0xAB3D,))
    assert needs_current(WIDE)
    _, sent = request_of(WIDE, 15, None, (0x1230, 0x4567))
    assert sent == (0x123F, 0x4567)
    for function in (6, 16):
        with pytest.raises(UsageError, match="must be read before"):
            request_of(FIELD, 3, function)


def test_a_field_is_held_whatever_its_neighbours_are() -> None:
    assert holds(FIELD, (0xFF3F,), (0x0030,))
    assert not holds(FIELD, (0xFF4F,), (0x0030,))
    assert not holds(FIELD, (), (0x0030,))
    plain = Point("p", Table.HOLDING, 5)
    assert holds(plain, (42,), (42,))
    assert not holds(plain, (43,), (42,))


@pytest.mark.parametrize(
    ("point", "value", "message"),
    [
        (Point("p", Table.INPUT, 5), 1, "input table, which cannot be written"),
        (Point("p", Table.HOLDING, 5), None, "no value to write"),
        (Point("p", Table.HOLDING, 5), 70000, r"0\.\.65535"),
        (Point("p", Table.HOLDING, 5), 1.5, r"p is uint16 and holds whole numbers, got 1\.5"),
        (Point("p", Table.HOLDING, 5, "int32", offset=10), 1.25, "whole numbers"),
        (Point("p", Table.HOLDING, 5, count=2), (1, 1.5), "whole numbers"),
        (Point("p", Table.HOLDING, 5, count=124), tuple([0] * 124), "wider than one write"),
    ],
)
def test_what_no_request_can_write(point: Point, value: Value | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        request_of(point, value)
