from __future__ import annotations

import logging
import struct

import pytest

from port502.collect.bus import Bus
from port502.collect.deadband import Deadband
from port502.collect.derived import Derived
from port502.collect.latest import Latest
from port502.collect.outlet import Outlet
from port502.collect.reading import LiveBlock
from port502.collect.sample import BAD, UNCERTAIN, Sample
from port502.collect.settings import ExpressionSettings
from port502.errors import ReplyError
from port502.registers.block import Block
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.transport.complaints import Complaints
from tests.collect.wire import Keeper, device, holding


class Setup:
    """An outlet with a sink behind it and a block of two points, ``d.b`` with a deadband of 5."""

    def __init__(self) -> None:
        bus = Bus(Complaints(logging.getLogger("port502.test")))
        self.keeper = Keeper()
        bus.add("keeper", self.keeper)
        self.outlet = Outlet(Latest(), bus)
        self.outlet.bands["d.b"] = Deadband(5.0)
        points = [Point("a", Table.HOLDING, 0), Point("b", Table.HOLDING, 1, "int16")]
        self.outlet.latest.announce({"d.a": 5.0, "d.b": 5.0, "d.sum": 5.0}, 0.0)
        self.block = LiveBlock(Block(points), {"a": "d.a", "b": "d.b"}, self.outlet.bands, 0.0)
        self.outlet.latest.place(self.block)

    def kept(self) -> list[tuple[str, object]]:
        self.outlet.bus.flush(0.0)
        kept = [(sample.point, sample.value) for sample in self.keeper.samples]
        self.keeper.samples.clear()
        return kept


def test_without_a_deadband_every_reading_is_kept_and_with_one_every_change() -> None:
    setup = Setup()
    for now, (a, b) in enumerate([(1, 10), (1, 12), (1, 16)]):
        setup.outlet.read(setup.block, struct.pack(">Hh", a, b), float(now), 1000.0 + now)
    assert setup.kept() == [("d.a", 1), ("d.b", 10), ("d.a", 1), ("d.a", 1), ("d.b", 16)]
    assert setup.outlet.latest["d.b"].time == 1002.0
    assert setup.outlet.counters.good == 6
    assert setup.block.read_at == 2.0


def test_equal_data_gives_equal_values_again_whatever_came_between() -> None:
    setup = Setup()
    good, wrong = struct.pack(">Hh", 1, 10), b"\0\1\0"
    for data in (good, good):
        setup.outlet.read(setup.block, data, 1.0, 1001.0)
    with pytest.raises(ReplyError):
        setup.outlet.read(setup.block, wrong, 2.0, 1002.0)
    setup.outlet.failed(setup.block, "timeout", 3.0, 1003.0)
    setup.outlet.read(setup.block, good, 4.0, 1004.0)
    assert setup.outlet.latest["d.a"] == Sample("d.a", 1004.0, 1)
    assert setup.kept() == [
        ("d.a", 1), ("d.b", 10), ("d.a", 1), ("d.a", None), ("d.b", None), ("d.a", 1), ("d.b", 10),
    ]  # fmt: skip


def test_an_empty_reply_is_wrong_even_before_there_was_another() -> None:
    setup = Setup()
    with pytest.raises(ReplyError):
        setup.outlet.read(setup.block, b"", 1.0, 1001.0)


def test_equal_data_with_a_fault_is_as_bad_as_before() -> None:
    setup = Setup()
    point = Point("a", Table.HOLDING, 0, "float32")
    setup.block = LiveBlock(Block([point]), {"a": "d.a"}, {}, 0.0)
    setup.outlet.latest.place(setup.block)
    for now in (1.0, 2.0):
        setup.outlet.read(setup.block, b"\x7f\xc0\0\0", now, 1000.0 + now)
        assert setup.outlet.latest["d.a"].reason == "not a number"
    setup.outlet.read(setup.block, b"\x3f\x80\0\0", 3.0, 1003.0)
    assert setup.outlet.latest["d.a"].value == 1.0
    assert setup.outlet.counters.bad == 2


def test_a_failed_read_is_kept_and_counted_as_bad() -> None:
    setup = Setup()
    for now in (1.0, 2.0):
        setup.outlet.failed(setup.block, "timeout", now, 1000.0 + now)
    assert setup.kept() == [("d.a", None), ("d.b", None), ("d.a", None)]
    assert setup.outlet.counters.bad == 4
    assert setup.outlet.latest["d.b"].reason == "timeout"
    assert setup.block.read_at == 0.0


def test_expressions_are_computed_after_their_inputs_and_kept() -> None:
    setup = Setup()
    computed = (ExpressionSettings("sum", "a + b"),)
    derived = Derived([device("d", 1, holding("a", 0), holding("b", 1), expressions=computed)])
    setup.outlet.latest.place(derived.nodes["d.sum"])
    setup.block.feeds = derived.fed_by(setup.block.names)
    setup.outlet.read(setup.block, struct.pack(">Hh", 1, 10), 1.0, 1001.0)
    assert setup.kept() == [("d.a", 1), ("d.b", 10), ("d.sum", 11)]
    setup.outlet.failed(setup.block, "timeout", 2.0, 1002.0)
    assert setup.outlet.latest["d.sum"].quality == BAD
    assert setup.outlet.counters.bad == 3
    assert setup.outlet.counters.good == 3


def test_samples_from_elsewhere_go_the_same_way() -> None:
    setup = Setup()
    stale = Sample("d.b", 1001.0, 7, UNCERTAIN, "stale")
    setup.outlet.put([stale], (), 1.0, 1001.0)
    setup.outlet.put([stale], (), 2.0, 1002.0)
    assert setup.kept() == [("d.b", 7)]
    assert setup.outlet.counters.uncertain == 2
    assert setup.outlet.latest["d.b"] is stale
