"""A server that polls another one and keeps what it read."""

from __future__ import annotations

import asyncio
import math
from struct import unpack

import pytest

from port502.errors import UsageError
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.server import Server
from port502.service.device import Device
from port502.simulate.polling import Poll, Poller, make_room

POINTS = (
    Point("power", Table.INPUT, 0, "float32"),
    Point("running", Table.COIL, 3),
    Point("speed", Table.HOLDING, 7, scale=0.1),
)


def meter() -> Device:
    return Device(input={0: [0x4248, 0x0000]}, coil={3: [True]}, holding={7: [123]})


def floats(device: Device, address: int, count: int) -> list[float]:
    registers = device.holding.read(address, 2 * count)
    return list(unpack(f">{count}f", b"".join(one.to_bytes(2, "big") for one in registers)))


async def test_values_are_kept_as_floats_in_order() -> None:
    plc = Device(holding={100: [9]})
    async with Server(meter(), "tcp://127.0.0.1:0") as server:
        poller = Poller(Poll("meter", POINTS, 101), server.url, plc)
        await poller.once()
        assert floats(plc, 101, 3) == [50.0, 1.0, pytest.approx(12.3)]
        assert plc.holding[100] == 9
        assert (poller.polls, poller.failures) == (1, 0)
        await poller.close()


async def test_what_cannot_be_read_is_not_a_number_and_the_rest_is_there() -> None:
    plc = Device()
    missing = Point("missing", Table.HOLDING, 900)
    async with Server(meter(), "tcp://127.0.0.1:0") as server:
        poller = Poller(Poll("meter", (*POINTS, missing), 0), server.url, plc)
        await poller.once()
        assert floats(plc, 0, 1) == [50.0]
        assert math.isnan(floats(plc, 6, 1)[0])
        assert poller.failures == 1
        await poller.close()


async def test_polls_stay_on_their_grid() -> None:
    naps: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            enough.set()
        await asyncio.sleep(0)

    async with Server(meter(), "tcp://127.0.0.1:0") as server:
        poller = Poller(Poll("meter", POINTS, 0, interval=10.0), server.url, Device(), sleep=sleep)
        task = asyncio.get_running_loop().create_task(poller.run())
        async with asyncio.timeout(5):
            await enough.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [round(nap, -1) for nap in naps] == [10, 20, 30]


def test_room_is_made_where_there_is_none() -> None:
    plc = Device(holding={range(100, 103): 5})
    make_room(plc, Poll("meter", POINTS, 101))
    assert plc.holding.read(100, 7) == [5, 5, 5, 0, 0, 0, 0]


def test_nonsense_is_refused() -> None:
    with pytest.raises(UsageError):
        Poll("meter", (), 0)
    with pytest.raises(UsageError):
        Poll("meter", POINTS, 0, interval=0)
