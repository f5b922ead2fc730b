"""Blocks at run time: what they ask, and the samples made of what they got."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest

from port502.collect.deadband import Deadband
from port502.collect.reading import LiveBlock, raw_of, request_for
from port502.collect.sample import BAD, GOOD, Sample
from port502.registers.block import Block
from port502.registers.point import Point
from port502.registers.reference import Table


def live(*points: Point, bands: Mapping[str, Deadband] | None = None) -> LiveBlock:
    return LiveBlock(Block(points), {point.name: f"d.{point.name}" for point in points}, bands or {}, 100.0)


def give(block: LiveBlock, values: tuple[float, ...], time: float) -> None:
    """What the outlet does with a good reading."""
    block.values, block.time, block.made = values, time, None


def two() -> LiveBlock:
    return live(Point("a", Table.HOLDING, 10), Point("b", Table.HOLDING, 12, "float32"))


@pytest.mark.parametrize("table", list(Table))
def test_each_table_is_read_by_its_own_function(table: Table) -> None:
    request = request_for(Block([Point("a", table, 7), Point("b", table, 9)]))
    assert (request.function, request.encode()[1:]) == (table.read_function, bytes((0, 7, 0, 3)))


def test_samples_of_a_good_reading_are_made_when_asked_for() -> None:
    block = two()
    assert block.names == ("d.a", "d.b")
    assert block.sample(0) is None
    give(block, (7, 1.5), 5.0)
    assert [block.sample(place) for place in (0, 1)] == [Sample("d.a", 5.0, 7), Sample("d.b", 5.0, 1.5)]


def test_a_reading_with_a_fault_has_good_and_bad_samples() -> None:
    block = two()
    samples = block.mixed(struct.pack(">Hxxf", 7, float("nan")), 5.0)
    assert [(one.value, one.quality, one.reason) for one in samples] == [
        (7, GOOD, ""),
        (None, BAD, "not a number"),
    ]
    assert block.sample(1) == samples[1]
    give(block, (8, 2.5), 6.0)
    assert block.sample(1) == Sample("d.b", 6.0, 2.5)


def test_a_failed_read_gives_one_bad_sample_per_point() -> None:
    block = two()
    expected = [Sample(name, 9.0, None, BAD, "timeout") for name in ("d.a", "d.b")]
    assert block.bad("timeout", 9.0) == expected
    assert block.sample(0) == expected[0]


def test_one_sample_may_be_replaced_until_the_next_reading() -> None:
    block = two()
    newer = Sample("d.b", 6.0, 9.5)
    block.replace(1, newer)
    assert block.sample(1) is None, "there is nothing to replace yet"
    give(block, (7, 1.5), 5.0)
    block.replace(1, newer)
    assert (block.sample(0), block.sample(1)) == (Sample("d.a", 5.0, 7), newer)
    give(block, (7, 1.5), 7.0)
    assert block.sample(1) == Sample("d.b", 7.0, 1.5)


def test_raw_registers_are_those_that_came_last() -> None:
    block = two()
    assert block.raw(1) == ()
    block.data = struct.pack(">HxxHH", 7, 8, 9)
    assert (block.raw(0), block.raw(1)) == ((7,), (8, 9))


def test_raw_bits_are_ones_and_zeros() -> None:
    row = Point("row", Table.COIL, 8, count=4)
    block = Block([Point("a", Table.COIL, 3), row])
    assert raw_of(block, row, bytes((0b0110_0010, 0b1))) == (1, 1, 0, 1)


def test_filters_stand_in_the_order_of_the_samples() -> None:
    band = Deadband(1.0)
    block = live(
        Point("text", Table.HOLDING, 0, "string", length=2), Point("b", Table.HOLDING, 2), bands={"d.b": band}
    )
    assert block.filters is not None
    assert dict(zip(block.names, block.filters, strict=True)) == {"d.text": None, "d.b": band}
    assert two().filters is None


def test_devices_of_one_kind_share_their_requests() -> None:
    here = request_for(Block([Point("a", Table.HOLDING, 7)]))
    assert request_for(Block([Point("b", Table.HOLDING, 7)])) is here
    assert request_for(Block([Point("b", Table.INPUT, 7)])) is not here


def test_the_values_of_the_last_reply_are_known_when_none_comes() -> None:
    block = two()
    assert block.known(0) is None
    give(block, (7, 21.5), 1000.0)
    block.bad("timeout", 1001.0)
    assert (block.known(0), block.known(1)) == (7, 21.5)
    block.data = struct.pack(">HHf", 8, 0, float("nan"))
    block.mixed(block.data, 1002.0)
    block.bad("timeout", 1003.0)
    assert (block.known(0), block.known(1)) == (8, None)
