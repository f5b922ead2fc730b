"""The points of a unit for a site file."""

from __future__ import annotations

from port502.commission.learned.layout import LONGEST_BLOCK, MOST_SINGLE, Layout, RawPoint, lay_out
from port502.commission.learned.memory import Memory
from port502.commission.learned.polled import Block
from port502.registers.maps.library import Library
from port502.registers.reference import Table


def test_what_moves_or_is_written_stands_alone_the_rest_in_blocks() -> None:
    memory = Memory()
    memory.hold(0, Table.HOLDING, 0, range(20))
    memory.hold(1, Table.HOLDING, 3, [99])
    memory.write(2, Table.HOLDING, 10, [10])
    layout = lay_out(memory, [Block(Table.HOLDING, 0, 20, 1.0, 9)], "", ())
    assert [one.ref for one in layout.raw] == [
        "holding:0",
        "holding:1",
        "holding:2",
        "holding:3",
        "holding:4*6",
        "holding:10",
        "holding:11*9",
    ]
    assert layout.raw[4].name == "holding_4_to_9"
    assert layout.size == 7


def test_another_interval_is_another_point() -> None:
    blocks = [Block(Table.INPUT, 0, 4, 1.0, 9), Block(Table.INPUT, 4, 4, 5.0, 9)]
    layout = lay_out(Memory(), blocks, "", ())
    assert layout.raw == (RawPoint(Table.INPUT, 0, 4, 1.0), RawPoint(Table.INPUT, 4, 4, 5.0))
    assert layout.fastest == 1.0


def test_points_of_a_map_take_their_registers() -> None:
    points = [Library.default().load("eastron/sdm120").points[name] for name in ("voltage", "frequency")]
    blocks = [Block(Table.INPUT, 0, 4, 1.0, 9), Block(Table.INPUT, 70, 2, 5.0, 9)]
    layout = lay_out(Memory(), blocks, "eastron/sdm120", points)
    assert layout.groups == {1.0: ["voltage"], 5.0: ["frequency"]}
    assert [one.ref for one in layout.raw] == ["input:2", "input:3"]


def test_where_too_much_moves_there_are_blocks_only() -> None:
    memory = Memory()
    memory.hold(0, Table.HOLDING, 0, [0] * 1000)
    memory.hold(1, Table.HOLDING, 0, [1] * (MOST_SINGLE + 1))
    layout = lay_out(memory, [Block(Table.HOLDING, 0, 1000, 1.0, 9)], "", ())
    assert [one.count for one in layout.raw] == [LONGEST_BLOCK] * 10


def test_nothing_read_gives_no_points() -> None:
    assert lay_out(Memory(), [], "eastron/sdm120", ()) == Layout()
    assert Layout().fastest == 0
