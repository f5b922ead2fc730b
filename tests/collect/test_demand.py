"""Reading on demand: through the polling connection, ahead of the polling, with errors of their own type."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from port502.collect.demand import exchange
from port502.collect.sample import BAD, GOOD
from port502.errors import IllegalDataAddressError, LinkError, NoReplyError, UsageError
from port502.protocol.register_access import WriteSingleRegisterRequest
from port502.registers.reference import Table, parse_reference
from tests.collect.running import running
from tests.collect.wire import SimUnit, connection, device, holding


def plant() -> SimUnit:
    return SimUnit().fill(Table.HOLDING, 0, range(100, 200)).fill(Table.COIL, 0, [1, 0, 1])


def site(**more: Any) -> Any:
    pump = device(
        "pump-1",
        1,
        holding("speed", 0, scale=0.1),
        holding("speed_max", 1),
        holding("flow", 2, type="uint32"),
    )
    return [connection("plc", pump, **more)]


async def test_points_are_read_by_name_and_by_glob() -> None:
    async with running(site(), {"plc": {1: plant()}}) as run:
        run.go(1)
        readings = await run.clock.drive(run.collector.read("pump-1", "flow", "speed*"))
        assert [(one.name, one.value, one.registers, one.quality) for one in readings] == [
            ("pump-1.flow", 102 << 16 | 103, (102, 103), GOOD),
            ("pump-1.speed", 10.0, (100,), GOOD),
            ("pump-1.speed_max", 101, (101,), GOOD),
        ]
        assert readings[0].time == pytest.approx(run.clock.wall(), abs=0.1)


async def test_references_are_read_value_by_value_in_one_request() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        unit.asked.clear()
        readings = await run.clock.drive(
            run.collector.read("pump-1", "holding:10*3", parse_reference("coil:2"))
        )
        assert [(one.name, one.value) for one in readings] == [
            ("holding:10", 110), ("holding:11", 111), ("holding:12", 112), ("coil:2", True),
        ]  # fmt: skip
        assert sorted((request.function, request.address, request.quantity) for _, request in unit.asked) == [
            (1, 2, 1), (3, 10, 3),
        ]  # fmt: skip
        assert readings[3].registers == (1,)


async def test_the_same_may_be_asked_for_twice() -> None:
    async with running(site(), {"plc": {1: plant()}}) as run:
        run.go(1)
        readings = await run.clock.drive(run.collector.read("pump-1", "speed", "40001", "speed"))
        assert [one.value for one in readings] == [10.0, 100, 10.0]


async def test_a_read_on_demand_goes_before_all_polling() -> None:
    units = {n: plant() for n in range(1, 6)}
    for unit in units.values():
        unit.latency = 0.15
    devices = [device(f"d{n}", n, holding("a", 0, interval=0.5)) for n in range(2, 6)]
    pump = device("pump-1", 1, holding("speed", 0, interval=60.0))
    async with running([connection("plc", pump, *devices)], {"plc": units}) as run:
        run.go(20)
        waits = []
        for _ in range(10):
            began = run.clock.now
            await run.clock.drive(run.collector.read("pump-1", "speed"))
            waits.append(run.clock.now - began)
            run.go(0.37)
        assert max(waits) <= 0.15 + 0.15 + 0.03, "at most the request in flight and its own"


async def test_what_a_device_refuses_comes_back_bad_beside_what_it_gives() -> None:
    unit = plant()
    del unit.tables[Table.HOLDING][11]
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        readings = await run.clock.drive(run.collector.read("pump-1", "holding:10*3"))
        assert [(one.value, one.quality) for one in readings] == [(110, GOOD), (None, BAD), (112, GOOD)]
        assert readings[1].reason == "exception 2: illegal data address"
        assert isinstance(readings[1].error, IllegalDataAddressError)
        with pytest.raises(IllegalDataAddressError):
            await run.clock.drive(run.collector.read("pump-1", "holding:11"))


async def test_what_cannot_be_decoded_is_bad() -> None:
    unit = plant().fill(Table.HOLDING, 50, [0xABCD, 0x7FC0, 0])
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        readings = await run.clock.drive(
            run.collector.read("pump-1", "holding:50/bcd16", "holding:51/float32")
        )
        assert [one.quality for one in readings] == [BAD, BAD]
        assert readings[0].reason.startswith("decode: ")
        assert readings[1].reason == "not a number"
        assert readings[1].registers == (0x7FC0, 0)


async def test_silence_and_a_broken_link_raise_their_own_errors() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        unit.silent = True
        with pytest.raises(NoReplyError):
            await run.clock.drive(run.collector.read("pump-1", "speed"))
        assert run.connection().units[0].state != "online"
        run.wire().reachable = False
        run.wire().lose("reset by peer")
        with pytest.raises(LinkError, match="reset by peer"):
            await run.clock.drive(run.collector.read("pump-1", "speed"))


async def test_a_timeout_of_the_callers_bounds_the_whole() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        unit.silent = True
        began = run.clock.now
        with pytest.raises(NoReplyError):
            await run.clock.drive(run.collector.read("pump-1", "speed", timeout=0.3))
        assert run.clock.now - began < 1.3


async def test_an_offline_unit_is_found_alive_by_a_read_on_demand() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        unit.silent = True
        run.go(120)
        assert run.connection().units[0].state == "offline"
        unit.silent = False
        (reading,) = await run.clock.drive(run.collector.read("pump-1", "speed"))
        assert reading.value == 10.0
        assert run.connection().units[0].state == "online"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("sped", "no point 'sped'; points are speed, speed_max, flow"),
        ("nothing_*", "no point"),
        ("holdign:5", "names no table"),
        ("0x0005", "could be a coil"),
    ],
)
async def test_an_item_that_names_nothing_is_refused_with_the_choice(item: str, words: str) -> None:
    async with running(site(), {"plc": {1: plant()}}) as run:
        run.go(1)
        with pytest.raises(UsageError, match=words):
            await run.collector.read("pump-1", item)


async def test_nothing_is_written_to_a_unit_that_is_read_only() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        poller = run.collector._pollers["plc"]
        with pytest.raises(UsageError, match="read only"):
            await exchange(poller, poller.units[1], WriteSingleRegisterRequest(0, 1), 0)
        run.go(1)
        assert {request.function for _, request in unit.asked} == {3}


async def test_a_cancelled_read_is_taken_back() -> None:
    unit = plant()
    unit.latency = 0.5
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(3)
        task = asyncio.get_running_loop().create_task(run.collector.read("pump-1", "flow"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        run.go(5)
        assert all(request.quantity == 4 for _, request in unit.asked)


async def test_a_point_wider_than_the_devices_limit_is_read_all_the_same() -> None:
    async with running(
        [connection("plc", device("d", 1, holding("a", 0), max_registers=4))], {"plc": {1: plant()}}
    ) as run:
        run.go(1)
        (reading,) = await run.clock.drive(run.collector.read("d", "holding:0/string[10]"))
        assert len(reading.registers) == 10
