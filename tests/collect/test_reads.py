from __future__ import annotations

import logging

import pytest

from port502.collect.bus import Bus
from port502.collect.derived import Derived
from port502.collect.latest import Latest
from port502.collect.outlet import Outlet
from port502.collect.reads import Reads, bands_of, limits_of, point_of
from port502.collect.settings import DeviceSettings, ExpressionSettings, PointSettings
from port502.errors import UsageError
from port502.registers.knowledge import Knowledge
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.transport.complaints import Complaints
from tests.collect.wire import device, holding


def outlet() -> Outlet:
    made = Outlet(Latest(), Bus(Complaints(logging.getLogger("port502.test"))))
    made.latest.announce({f"d.p{n}": 5.0 for n in range(4)}, 0.0)
    return made


def four(**more: object) -> DeviceSettings:
    return device("d", 1, *[holding(f"p{n}", n) for n in range(4)], **more)


def test_points_are_laid_out_once_and_again_when_something_was_learned() -> None:
    to = outlet()
    settings = four()
    reads = Reads(settings, settings.points, Knowledge(), to)
    assert reads.refresh(100.0, 1000.0)
    assert not reads.refresh(101.0, 1001.0)
    (block,) = reads.live
    pieces = reads.pieces(block, 2, 102.0, 1002.0)
    assert [str(piece.block) for piece in pieces] == ["holding:0*2", "holding:2*2"]
    reads.proven(pieces[0])
    p2, p3 = reads.pieces(pieces[1], 2, 102.0, 1002.0)
    reads.proven(p2)
    assert reads.pieces(p3, 2, 102.0, 1002.0) == []
    assert reads.refresh(103.0, 1003.0)
    assert [str(live.block) for live in reads.live] == ["holding:0*3"]
    assert reads.retry_at == pytest.approx(103.0 + 599.0)
    assert reads.guilty == {"d.p3": "configuration: exception 2: illegal data address at holding:3"}


def test_latest_values_know_where_they_come_from_now() -> None:
    to = outlet()
    settings = four()
    reads = Reads(settings, settings.points, Knowledge(), to)
    reads.refresh(100.0, 1000.0)
    to.read(reads.live[0], bytes(range(8)), 100.0, 1000.0)
    current = to.latest.current("d.p1", 101.0, 1001.0)
    assert current is not None
    assert current.registers == (0x0203,)
    reads.displace()
    current = to.latest.current("d.p1", 101.0, 1001.0)
    assert current is not None
    assert current.registers == ()


def test_expressions_are_fed_by_blocks_and_by_refused_points() -> None:
    computed = (ExpressionSettings("sum", "p0 + p3"),)
    settings = four(expressions=computed)
    reads = Reads(settings, settings.points, Knowledge(), outlet())
    reads.refresh(100.0, 1000.0)
    assert reads.live[0].feeds == ()
    derived = Derived([settings])
    reads.feed(derived)
    assert reads.live[0].feeds == (derived.nodes["d.sum"],)


def test_limits_are_those_of_the_device() -> None:
    limits = limits_of(four(max_registers=40, max_bits=80, gap=4))
    assert (limits.max_registers, limits.max_bits, limits.gap, limits.bit_gap) == (40, 80, 4, 16)
    with pytest.raises(UsageError):
        limits_of(four(max_registers=126))


def test_a_point_that_no_read_can_fetch_is_refused() -> None:
    wide = device("d", 1, holding("p0", 0, count=121))
    with pytest.raises(UsageError, match="p0"):
        Reads(wide, wide.points, Knowledge(), outlet())


def test_a_point_goes_by_the_name_that_its_device_gives_it() -> None:
    assert point_of(PointSettings("speed", Point("40001", Table.HOLDING, 0))).name == "speed"


def test_filters_are_made_for_points_with_a_deadband_only() -> None:
    settings = device("d", 1, holding("a", 0), holding("b", 1, deadband=0.5))
    bands = bands_of([settings])
    assert list(bands) == ["d.b"]
    assert bands["d.b"].width == 0.5
