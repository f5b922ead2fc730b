"""Many equal reads."""

from __future__ import annotations

from port502.discover.doctor.steps.steady import stability
from port502.discover.doctor.steps.talking import functions, modbus
from port502.service.device import Device
from port502.service.units import Units
from port502.simulate.effects import CloseInstead, Delay
from tests.discover.doctor.steps.test_talking import visiting
from tests.simulate.faulty import rule


async def test_as_many_reads_as_the_pace_says_each_with_its_time() -> None:
    async with visiting(samples=7) as (seen, visit):
        seen = await stability(await modbus(seen, visit), visit)
    assert seen.stability is not None
    assert len(seen.stability.times) == len(seen.stability.exchanges) == 7
    assert seen.stability.ended == ""
    assert seen.stability.long_time is None  # it is much too quick for a serial line


async def test_a_read_that_brings_values_is_preferred() -> None:
    async with visiting(service=Units(Device(input={0: [5]}))) as (seen, visit):
        seen = await stability(await functions(await modbus(seen, visit), visit), visit)
    assert seen.stability is not None
    assert {one.request.function for one in seen.stability.exchanges} == {4}


async def test_a_connection_that_ends_amid_the_reads_is_noted() -> None:
    async with visiting(rule(CloseInstead(), nth=4)) as (seen, visit):
        seen = await stability(await modbus(seen, visit), visit)
    assert seen.stability is not None
    assert seen.stability.ended == "connection closed"
    assert len(seen.stability.exchanges) == 3


async def test_of_a_slow_device_long_reads_are_compared_with_short_ones() -> None:
    service = Units(Device(holding={range(20): 5}))
    async with visiting(rule(Delay(0.01, 0.01)), service=service, samples=3) as (seen, visit):
        seen = await stability(await modbus(seen, visit), visit)
    assert seen.stability is not None
    assert seen.stability.long_quantity == 20
    assert seen.stability.short_time is not None
