"""Which product a unit is likely to be."""

from __future__ import annotations

import struct

from port502.commission.learned.likely import confident
from port502.commission.learned.memory import Memory
from port502.commission.learned.polled import Block
from port502.discover.candidates import LIKELY as ENOUGH
from port502.discover.candidates import Candidate
from port502.registers.reference import Table
from tests.commission.learned.seen import LIKELY


def floats(memory: Memory, address: int, *values: float) -> Block:
    data = struct.pack(f">{len(values)}f", *values)
    registers = [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]
    memory.hold(0, Table.INPUT, address, registers)
    return Block(Table.INPUT, address, len(registers), 1.0, 10)


def test_ranges_and_values_tell_a_meter_and_its_points() -> None:
    memory = Memory()
    blocks = [floats(memory, 0, 230.1), floats(memory, 70, 49.98), floats(memory, 12, 1500.5)]
    found = LIKELY.candidates(memory, blocks, unit=1, port=502)
    assert found[0].score >= ENOUGH
    assert found[0].map.startswith("eastron/")
    assert "3 of 3 ranges whole points" in found[0].evidence[0]
    name, points = LIKELY.meanings(found, blocks)
    assert name == found[0].map
    assert {one.point.address for one in points} == {0, 12, 70}


def test_what_is_always_zero_says_nothing() -> None:
    memory = Memory()
    memory.hold(0, Table.INPUT, 0, [0] * 14)
    blocks = [floats(memory, 70, 49.98), Block(Table.INPUT, 0, 14, 1.0, 9)]
    for address, value in ((0, 230.1), (6, 1.25), (12, 300.5)):
        floats(memory, address, value)
    found = LIKELY.candidates(memory, blocks, unit=1, port=502)
    assert found[0].map == "eastron/sdm120"
    assert {"eastron/sdm54", "eastron/sdm630"} <= {one.map for one in found}
    assert {one.point.address for one in LIKELY.meanings(found, blocks)[1]} == {0, 6, 12, 70}


def test_a_value_that_no_meter_says_speaks_against_it() -> None:
    memory = Memory()
    blocks = [floats(memory, 0, 230.1e30), floats(memory, 70, 1e-38)]
    assert LIKELY.meanings(LIKELY.candidates(memory, blocks, unit=1, port=502), blocks) == ("", [])


def test_a_block_that_cuts_a_point_speaks_against_it() -> None:
    memory = Memory()
    memory.hold(0, Table.INPUT, 0, [1, 2, 3])
    blocks = [Block(Table.INPUT, 0, 3, 1.0, 9)]
    assert all("eastron" not in one.map for one in LIKELY.candidates(memory, blocks, unit=1, port=502))


def test_a_few_registers_are_no_evidence() -> None:
    memory = Memory()
    memory.hold(0, Table.HOLDING, 0, [1, 2])
    blocks = [Block(Table.HOLDING, 0, 2, 1.0, 9)]
    found = LIKELY.candidates(memory, blocks, unit=1, port=502)
    assert confident(found) == []
    assert LIKELY.meanings(found, blocks) == ("", [])


def test_what_it_says_of_itself_counts_more() -> None:
    memory = Memory()
    memory.objects.update({0: b"Schneider Electric", 1: b"METSEPM5110"})
    found = LIKELY.candidates(memory, [], unit=1, port=502)
    assert "schneider" in found[0].map.lower()


def test_nothing_at_all() -> None:
    assert LIKELY.candidates(Memory(), [], unit=1, port=502) == []
    assert confident([Candidate("a/b", "b", "a", ENOUGH), Candidate("a/c", "c", "a", ENOUGH - 1)])[1:] == []
