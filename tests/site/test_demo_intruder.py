"""The hostile client of the demo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from port502.server import Server
from port502.service.call import Call, Reply
from port502.service.device import Device
from port502.site.demo_intruder import ADDRESS, VALUE, Intruder
from tests.hostile.guarded import held
from tests.peers.ports import free_port


async def test_it_is_refused_by_a_guard_and_the_device_never_hears_of_it() -> None:
    async with held() as guarded:
        intruder = Intruder(lambda: f"tcp://127.0.0.1:{guarded.port}", source="127.0.0.1")
        await intruder.attempt()
        assert (intruder.attempts, intruder.refused) == (1, 1)
        assert guarded.plant.asked == []
        [refused] = guarded.told("refused")
        assert (refused["address"], refused["after"], refused["exception"]) == (ADDRESS, [VALUE], 1)


async def test_without_a_guard_it_would_do_harm() -> None:
    device = Device(holding={ADDRESS: [1200]})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        intruder = Intruder(lambda: server.url)
        await intruder.attempt()
        assert (intruder.attempts, intruder.refused) == (1, 0)
        assert device.holding[ADDRESS] == VALUE


@pytest.mark.parametrize("is_said", [False, True])
async def test_where_nobody_listens_it_gives_up_for_this_time(is_said: bool) -> None:
    where = f"tcp://127.0.0.1:{free_port()}" if is_said else ""
    intruder = Intruder(lambda: where)
    assert await intruder.attempt() == is_said
    assert (intruder.attempts, intruder.refused) == (int(is_said), 0)


async def test_it_tries_again_and_again() -> None:
    tried = asyncio.Event()
    asked: list[Call] = []

    def serve(call: Call) -> Reply | Awaitable[Reply]:
        asked.append(call)
        if len(asked) == 3:
            tried.set()
        return device(call)

    device = Device(holding={ADDRESS: [0]})
    async with Server(serve, "tcp://127.0.0.1:0") as server:
        places = iter(["", ""])  # it does not listen yet
        intruder = Intruder(lambda: next(places, server.url), first=0.001, every=0.001)
        intruding = asyncio.create_task(intruder.run())
        async with asyncio.timeout(20):
            await tried.wait()
        intruding.cancel()
        await asyncio.gather(intruding, return_exceptions=True)
    assert all(call.request.writes for call in asked)
