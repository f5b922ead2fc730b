"""The values that a capture shows."""

from __future__ import annotations

from port502.registers.point import Point
from port502.registers.reference import Table
from port502.traffic.series import Series
from tests.traffic.files import messages_of, polling
from tests.traffic.wire import Talk, adu, answer, ask


def test_what_is_read_and_what_is_written() -> None:
    found = list(Series().of(messages_of(polling())))
    assert [(str(one.table), one.address, one.value, one.written) for one in found] == [
        ("holding", 107, 555, False),
        ("holding", 108, 0, False),
        ("holding", 109, 100, False),
        ("coil", 19, True, False),
        ("coil", 20, False, False),
        ("coil", 21, True, False),
        ("holding", 107, 555, False),
        ("holding", 108, 0, False),
        ("holding", 109, 102, False),
        ("coil", 19, True, False),
        ("coil", 20, False, False),
        ("coil", 21, True, False),
        ("holding", 5, 42, True),
    ]


def test_only_what_changed() -> None:
    found = list(Series(changes=True).of(messages_of(polling())))
    assert [one.value for one in found] == [555, 0, 100, True, False, True, 102, 42]


def test_points_of_a_map() -> None:
    points = [
        Point("pressure", Table.HOLDING, 107, "uint32", unit="kPa"),
        Point("valve", Table.COIL, 20, "bool"),
        Point("elsewhere", Table.HOLDING, 500, "uint16"),
    ]
    found = list(Series(points).of(messages_of(polling())))
    assert [(one.point.name, one.value) for one in found if one.point][:2] == [
        ("pressure", 555 << 16),
        ("valve", False),
    ]
    record = found[0].record()
    assert (record["name"], record["unit_of_measure"], record["ref"]) == ("pressure", "kPa", "holding:107")
    assert record["quality"] == "good"


def test_what_has_no_value_says_why() -> None:
    points = [Point("code", Table.HOLDING, 0, "bcd16")]
    (one,) = Series(points).of(messages_of(Talk().asks(ask(1)).answers(answer(1, 0xFFFF))))
    assert one.value is None
    assert one.record()["quality"] == "bad"
    assert one.reason


def test_read_and_write_in_one() -> None:
    talk = Talk().asks(adu(1, "17 0003 0001 000e 0001 02 00ff")).answers(adu(1, "17 02 00fe"))
    assert [(one.address, one.value, one.written) for one in Series().of(messages_of(talk))] == [
        (14, 255, True),
        (3, 254, False),
    ]
