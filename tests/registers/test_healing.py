"""Healing: devices of several tempers, and what is left unread after a few cycles."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from port502.registers.block import Block, Span
from port502.registers.healing import Healing
from port502.registers.knowledge import Knowledge, Size
from port502.registers.planner import Limits
from port502.registers.point import Point
from port502.registers.reference import Table

HOLDING = Table.HOLDING


class FakeDevice:
    """Answers reads by four rules: absent addresses, a largest read, a boundary, and the exception for size."""

    def __init__(self, absent: Iterable[int] = (), largest: int = 125, edge: int = -1, code: int = 2) -> None:
        self.absent = set(absent)
        self.largest = largest
        self.edge = edge
        self.code = code
        self.reads = 0

    def answer(self, block: Block) -> int:
        """The exception code that the block gets, 0 when it is read well."""
        self.reads += 1
        if block.quantity > self.largest:
            return 3
        if block.address < self.edge < block.end:
            return self.code
        return self.code if self.absent & set(range(block.address, block.end)) else 0


def cycle(healing: Healing, device: FakeDevice, now: float) -> set[str]:
    """One poll with all its replacement reads; returns the names of the points that have a value."""
    good: set[str] = set()
    queue = list(healing.blocks(now))
    while queue:
        block = queue.pop(0)
        code = device.answer(block)
        if code:
            queue += healing.refused(block, code, now)
        else:
            healing.succeeded(block)
            good |= {point.name for point in block.points}
    return good


def registers(*addresses: int) -> list[Point]:
    return [Point(f"p{address}", HOLDING, address) for address in addresses]


def spans(blocks: list[Block]) -> list[tuple[int, int]]:
    return [(block.address, block.quantity) for block in blocks]


@pytest.mark.parametrize("code", [2, 3])
@pytest.mark.parametrize("bad", [0, 1, 59, 60, 77, 119])
def test_one_illegal_address_in_a_block_of_120_costs_one_point(bad: int, code: int) -> None:
    healing = Healing(registers(*range(120)), Limits())
    device = FakeDevice([bad], code=code)
    assert len(healing.blocks(0.0)) == 1
    good = cycle(healing, device, 0.0)
    assert len(good) == 119
    assert list(healing.guilty) == [f"p{bad}"]
    assert f"exception {code}" in healing.guilty[f"p{bad}"]
    assert f"holding:{bad}" in healing.guilty[f"p{bad}"]
    for now in (1.0, 2.0):
        device.reads = 0
        assert len(cycle(healing, device, now)) == 119
        assert device.reads <= 2


def test_it_is_known_after_a_restart() -> None:
    points = registers(*range(120))
    device = FakeDevice([50])
    healing = Healing(points, Limits())
    cycle(healing, device, 0.0)
    again = Healing(points, Limits(), Knowledge.loads(healing.knowledge.dumps()))
    device.reads = 0
    assert len(cycle(again, device, 1.0)) == 119
    assert device.reads == 2
    assert list(again.guilty) == ["p50"]


def test_several_guilty_points_are_all_found() -> None:
    healing = Healing(registers(*range(120)), Limits())
    device = FakeDevice([3, 4, 90])
    assert len(cycle(healing, device, 0.0)) == 117
    assert set(healing.guilty) == {"p3", "p4", "p90"}
    assert spans(healing.blocks(1.0)) == [(0, 3), (5, 85), (91, 29)]


def test_a_guilty_point_is_tried_again_after_ten_minutes_then_each_hour() -> None:
    healing = Healing(registers(*range(10)), Limits())
    device = FakeDevice([5])
    cycle(healing, device, 1000.0)
    assert all(point.name != "p5" for block in healing.blocks(1599.0) for point in block.points)
    assert spans(healing.blocks(1600.0)) == [(0, 5), (6, 4), (5, 1)]
    cycle(healing, device, 1600.0)
    assert spans(healing.blocks(5199.0)) == [(0, 5), (6, 4)]
    assert spans(healing.blocks(5200.0)) == [(0, 5), (6, 4), (5, 1)]
    assert healing.knowledge.refused["p5"].refusals == 2


def test_a_guilty_point_that_answers_again_is_read_with_the_others() -> None:
    healing = Healing(registers(*range(10)), Limits())
    device = FakeDevice([5])
    cycle(healing, device, 0.0)
    device.absent.clear()
    assert len(cycle(healing, device, 600.0)) == 10
    assert healing.guilty == {}
    assert spans(healing.blocks(601.0)) == [(0, 10)]


def test_a_clock_that_was_set_back_does_not_put_the_retry_off_for_years() -> None:
    healing = Healing(registers(*range(10)), Limits())
    cycle(healing, FakeDevice([5]), 2_000_000_000.0)
    assert (5, 1) in spans(healing.blocks(1_000_000.0))


def test_few_guilty_points_are_tried_in_one_cycle() -> None:
    healing = Healing(registers(*range(10)), Limits())
    device = FakeDevice(range(10))
    cycle(healing, device, 0.0)
    assert len(healing.guilty) == 10
    assert healing.blocks(1.0) == []
    assert len(healing.blocks(600.0)) == 3
    device.absent.clear()
    for now in (600.0, 601.0, 602.0, 603.0):
        cycle(healing, device, now)
    assert healing.guilty == {}
    assert spans(healing.blocks(604.0)) == [(0, 10)]


def test_gaps_are_dropped_first_and_not_bridged_again() -> None:
    healing = Healing(registers(0, 1, 5, 6, 10), Limits())
    device = FakeDevice([3])
    (block,) = healing.blocks(0.0)
    pieces = healing.refused(block, 2, 0.0)
    assert spans(pieces) == [(0, 2), (5, 2), (10, 1)]
    for piece in pieces:
        healing.succeeded(piece)
    assert healing.guilty == {}
    assert healing.knowledge.holes == {Span(HOLDING, 2, 5), Span(HOLDING, 7, 10)}
    assert spans(healing.blocks(1.0)) == [(0, 2), (5, 2), (10, 1)]
    assert len(cycle(healing, device, 1.0)) == 5


def test_gaps_are_innocent_where_a_point_was_guilty() -> None:
    healing = Healing(registers(0, 1, 5, 6), Limits())
    assert len(cycle(healing, FakeDevice([6]), 0.0)) == 3
    assert healing.knowledge.holes == set()
    assert spans(healing.blocks(1.0)) == [(0, 6)]


def test_a_boundary_that_no_read_may_cross_is_found_to_the_register() -> None:
    healing = Healing(registers(*range(100)), Limits())
    device = FakeDevice(edge=70)
    assert len(cycle(healing, device, 0.0)) == 100
    assert healing.knowledge.cuts == {(HOLDING, 70)}
    assert spans(healing.blocks(1.0)) == [(0, 70), (70, 30)]
    assert healing.guilty == {}


@pytest.mark.parametrize("largest", [1, 7, 40, 50, 64, 100, 119])
def test_the_largest_read_is_learned_exactly_from_exception_03(largest: int) -> None:
    healing = Healing(registers(*range(300)), Limits())
    device = FakeDevice(largest=largest)
    for now in range(12):
        assert len(cycle(healing, device, float(now))) == 300
    device.reads = 0
    assert len(cycle(healing, device, 12.0)) == 300
    assert device.reads == -(-300 // largest)
    assert healing.guilty == {}
    assert healing.knowledge.holes == set()
    assert healing.knowledge.cuts == set()


def test_the_largest_read_is_learned_with_gaps_bridged() -> None:
    healing = Healing(registers(*range(0, 300, 5)), Limits())
    device = FakeDevice(largest=50)
    for now in range(12):
        assert len(cycle(healing, device, float(now))) == 60
    device.reads = 0
    assert len(cycle(healing, device, 12.0)) == 60
    assert device.reads == 6
    assert healing.knowledge.holes == set()


def test_a_small_largest_read_and_an_illegal_address_are_told_apart() -> None:
    healing = Healing(registers(*range(120)), Limits())
    device = FakeDevice([10], largest=50, code=3)
    for now in range(12):
        assert len(cycle(healing, device, float(now))) == 119
    assert list(healing.guilty) == ["p10"]
    assert healing.knowledge.registers.allowed(120) == 50


def test_a_device_that_learned_larger_reads_is_believed() -> None:
    knowledge = Knowledge(registers=Size(30, 40))
    healing = Healing(registers(*range(60)), Limits(), knowledge)
    healing.succeeded(Block(registers(*range(45))))
    assert knowledge.registers.refused is None
    assert spans(healing.blocks(0.0)) == [(0, 60)]


@pytest.mark.parametrize("code", [1, 4, 5, 6, 10, 11])
def test_other_exceptions_say_nothing_about_addresses(code: int) -> None:
    healing = Healing(registers(*range(10)), Limits())
    (block,) = healing.blocks(0.0)
    assert healing.refused(block, code, 0.0) == []
    assert healing.guilty == {}
    assert spans(healing.blocks(1.0)) == [(0, 10)]


def test_a_split_that_is_interrupted_begins_anew() -> None:
    healing = Healing(registers(*range(8)), Limits())
    (block,) = healing.blocks(0.0)
    first, _unanswered = healing.refused(block, 2, 0.0)
    healing.succeeded(first)
    assert healing.blocks(1.0) == [block]
    assert len(cycle(healing, FakeDevice([6]), 1.0)) == 7
    assert list(healing.guilty) == ["p6"]


def test_groups_of_one_device_share_what_they_learn() -> None:
    knowledge = Knowledge()
    fast = Healing(registers(*range(100)), Limits(), knowledge)
    slow = Healing(registers(*range(200, 300)), Limits(), knowledge)
    assert spans(slow.blocks(0.0)) == [(200, 100)]
    device = FakeDevice([3], largest=50)
    for now in range(12):
        cycle(fast, device, float(now))
    assert slow.guilty == {}
    assert list(fast.guilty) == ["p3"]
    assert max(block.quantity for block in slow.blocks(12.0)) <= 50


def test_a_point_that_moved_is_not_held_guilty() -> None:
    healing = Healing(registers(0, 1), Limits())
    cycle(healing, FakeDevice([1]), 0.0)
    moved = Healing([Point("p1", HOLDING, 9)], Limits(), healing.knowledge)
    assert moved.guilty == {}
    assert spans(moved.blocks(1.0)) == [(9, 1)]


def test_points_over_each_other_are_told_apart() -> None:
    points = [Point("pair", HOLDING, 0, "float32"), Point("low", HOLDING, 0), Point("high", HOLDING, 1)]
    healing = Healing(points, Limits())
    good = cycle(healing, FakeDevice([1]), 0.0)
    assert good == {"low"}
    assert set(healing.guilty) == {"pair", "high"}
    assert spans(healing.blocks(1.0)) == [(0, 1)]


def test_a_refused_string_is_one_guilty_point() -> None:
    points = [*registers(0, 1), Point("serial", HOLDING, 2, "string", length=60)]
    healing = Healing(points, Limits())
    assert cycle(healing, FakeDevice(largest=50), 0.0) == {"p0", "p1"}
    assert "exception 3: illegal data value at holding:2" in healing.guilty["serial"]


def test_a_steady_plan_is_the_same_object_each_cycle() -> None:
    healing = Healing(registers(*range(10)), Limits())
    cycle(healing, FakeDevice(), 0.0)
    assert healing.blocks(1.0) is healing.blocks(2.0)
