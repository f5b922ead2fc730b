"""The reads that the user asks about, and what is read around them."""

from __future__ import annotations

from port502.discover.doctor.evidence import Evidence, ReadSeen
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.steps.addresses import addresses
from port502.discover.doctor.steps.talking import modbus
from port502.registers.reference import parse_reference
from port502.service.device import Device
from port502.service.units import Units
from port502.simulate.effects import Refuse, Silent
from tests.discover.doctor.steps.test_talking import visiting
from tests.simulate.faulty import rule

THIRTY = Units(Device(holding={range(30): 7}, input={range(40, 60): 5}))


async def read(text: str, *rules: object, service: object = THIRTY) -> ReadSeen:
    async with visiting(*rules, service=service, reads=(parse_reference(text),)) as (seen, visit):
        seen = await addresses(await modbus(seen, visit), visit)
        (one,) = seen.reads
        return one


async def test_a_read_that_works_is_left_alone() -> None:
    one = await read("holding:3*4")
    assert one.exchange.answer is Answer.REPLY
    assert (one.single, one.before, one.largest) == (None, None, None)


async def test_the_edge_is_found_by_halving() -> None:
    assert (await read("holding:20*50")).largest == 10
    assert (await read("holding:0*125")).largest == 30


async def test_the_longest_block_is_found_to_the_register() -> None:
    service = Units(Device(holding={range(125): 7}))
    for limit in (1, 17, 64, 124):
        one = await read("holding:0*125", rule(Refuse(3), quantity=range(limit + 1, 126)), service=service)
        assert one.largest == limit


async def test_a_long_read_that_is_ignored_is_halved_too() -> None:
    silent = rule(Silent(), quantity=range(101, 126))
    service = Units(Device(holding={range(125): 7}))
    async with visiting(
        silent, service=service, reads=(parse_reference("holding:0*125"),), timeout=0.05, patience=0.05
    ) as (seen, visit):
        seen = await addresses(await modbus(seen, visit), visit)
    assert seen.reads[0].largest == 100


async def test_neighbours_and_the_other_table_are_looked_at() -> None:
    one = await read("holding:30")
    assert one.before is not None
    assert one.before.answer is Answer.REPLY
    assert one.behind is not None
    assert one.behind.exception == 2
    other = await read("holding:45")
    assert other.other_table is not None
    assert other.other_table.registers == (5,)


async def test_a_manuals_number_is_reduced() -> None:
    one = await read("holding:40003")
    assert one.reduced_address == 2
    assert one.reduced is not None
    assert one.reduced.registers == (7,)


async def test_without_a_device_nothing_is_read() -> None:
    async with visiting(rule(Refuse(0x0B)), reads=(parse_reference("holding:0"),)) as (seen, visit):
        answered: Evidence = await modbus(seen, visit)
        assert (await addresses(answered, visit)).reads == ()
