"""What registers hold, read several times; and the search."""

from __future__ import annotations

from port502.discover.doctor.expect import parse_expected
from port502.discover.doctor.steps.addresses import addresses
from port502.discover.doctor.steps.talking import modbus
from port502.discover.doctor.steps.values import POLLS, values
from port502.registers.reference import Table, parse_reference
from port502.service.device import Device
from port502.service.units import Units
from tests.discover.doctor.steps.test_talking import visiting

HOLES = Units(Device(holding={range(4): 7, 6: [77], range(9, 12): 7}, input={range(10): 3}))


async def test_what_was_asked_about_is_read_several_times() -> None:
    reference = parse_reference("holding:0*2")
    async with visiting(service=HOLES, reads=(reference,)) as (seen, visit):
        seen = await values(await addresses(await modbus(seen, visit), visit), visit)
    assert seen.values is not None
    assert seen.values.images == ((reference, ((7, 7),) * POLLS),)
    assert seen.values.watched_s == 0


async def test_without_a_question_the_first_block_is_read_and_its_twin_where_it_is_zero() -> None:
    zeros = Units(Device(holding={range(10): 0}, input={range(10): 3}))
    async with visiting(service=zeros) as (seen, visit):
        seen = await values(await modbus(seen, visit), visit)
    assert seen.values is not None
    assert (seen.values.block_table, seen.values.block) == (Table.HOLDING, (0,) * 10)
    assert seen.values.twin == (3,) * 10


async def test_the_search_goes_around_holes_and_into_the_other_table() -> None:
    expected = (parse_expected("holding:9 ~ 77"), parse_expected("holding:1 ~ 3"))
    async with visiting(service=HOLES, expected=expected) as (seen, visit):
        seen = await values(await addresses(await modbus(seen, visit), visit), visit)
    assert seen.values is not None
    first, second = seen.values.searches
    assert (first.value, first.candidates[0].text) == (7.0, "holding:6/uint16 = 77")
    assert second.candidates[0].text == "input:1/uint16 = 3"


async def test_refused_reads_have_no_values() -> None:
    async with visiting(service=HOLES, reads=(parse_reference("holding:500"),)) as (seen, visit):
        seen = await values(await addresses(await modbus(seen, visit), visit), visit)
    assert seen.values is not None
    assert seen.values.images == ()
