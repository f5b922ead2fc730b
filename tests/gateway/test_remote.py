"""A TCP device as a bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from port502.errors import UsageError
from port502.gateway.bus import Wish
from port502.gateway.remote import MOST_PENDING, Remote
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.server import Server, Units
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.maybe import must_wait
from port502.transport.link import Link
from port502.transport.states import LinkState
from port502.transport.url import Target
from tests.scripted import scripted, silent

READ = ReadHoldingRegistersRequest(0, 1)


@pytest_asyncio.fixture
async def remotes() -> AsyncIterator[Any]:
    made: list[Remote] = []

    def make(port: int, **settings: Any) -> Remote:
        made.append(Remote.over("plc", Link(Target("tcp", "127.0.0.1", port)), **settings))
        return made[-1]

    yield make
    for remote in made:
        await remote.stop()


async def ask(remote: Remote, unit: int = 1, **how: Any) -> Reply:
    reply = remote(Call(Session(), unit, how.get("request", READ)))
    return await reply if must_wait(reply) else reply


async def test_replies_and_exceptions_of_the_device_pass(remotes: Any) -> None:
    async with Server(Units({1: Device(holding={0: [42]})}), "tcp://127.0.0.1:0") as server:
        remote = remotes(server.port)
        await remote.start()
        reply = await ask(remote)
        assert isinstance(reply, ReadHoldingRegistersResponse)
        assert reply.registers == [42]
        assert await ask(remote, request=ReadHoldingRegistersRequest(9, 1)) == ExceptionResponse(3, 2)
        assert (remote.counters.replies, remote.pending) == (2, 0)


async def test_a_silent_device_is_0b_within_the_time(remotes: Any) -> None:
    async with scripted(silent) as port:
        remote = remotes(port, within=0.05)
        assert await ask(remote) == ExceptionResponse(3, 11)
        assert remote.counters.no_answer == 1


async def test_a_device_that_cannot_be_connected_is_0b(remotes: Any, unused_tcp_port: int) -> None:
    remote = remotes(unused_tcp_port)
    assert await ask(remote) == ExceptionResponse(3, 11)
    assert await ask(remote) == ExceptionResponse(3, 11)
    assert "refused" in remote.counters.last_error


async def test_too_many_at_a_time_are_busy_and_giving_up_makes_room(remotes: Any) -> None:
    async with scripted(silent) as port:
        remote = remotes(port)
        waiting = [remote(Call(Session(), 1, READ)) for _ in range(MOST_PENDING)]
        assert await ask(remote) == ExceptionResponse(3, 6)
        for one in waiting:
            one.cancel()
        assert (remote.pending, remote.counters.abandoned, remote.counters.busy) == (0, MOST_PENDING, 1)


async def test_nobody_waits_for_a_broadcast(remotes: Any) -> None:
    async with Server(Units(device := Device(holding={0: [1]})), "tcp://127.0.0.1:0") as server:
        remote = remotes(server.port)
        assert remote(Call(Session(), 0, WriteSingleRegisterRequest(0, 9), broadcast=True)) is None
        assert await ask(remote) is not None
        assert device.holding[0] == 9


async def test_clients_take_turns_so_that_a_greedy_one_is_no_burden(remotes: Any) -> None:
    asked: list[int] = []
    devices = {unit: Device(holding={0: [unit]}) for unit in (1, 2)}

    def watched(call: Call) -> Reply:
        asked.append(call.unit)
        reply = devices[call.unit](call)
        assert not must_wait(reply)
        return reply

    async with Server(watched, "tcp://127.0.0.1:0") as server:
        remote = remotes(server.port, within=5.0)
        greedy, modest = Session(), Session()
        waiting = [remote(Call(greedy, 1, READ)) for _ in range(20)]
        assert await remote(Call(modest, 2, READ)) == ReadHoldingRegistersResponse(b"\0\2")
        assert asked.index(2) <= 2
        for one in waiting:
            assert await one == ReadHoldingRegistersResponse(b"\0\1")
        assert remote.pending == 0


async def test_what_waits_behind_a_slow_request_is_answered_in_time(remotes: Any) -> None:
    async with scripted(silent) as port:
        remote = remotes(port, within=0.1)
        first = remote(Call(Session(), 1, READ))
        second = remote.take(Call(Session(), 1, READ), Wish(within=0.02))
        assert await second == ExceptionResponse(3, 11)
        assert not first.given
        assert "turn did not come" in remote.counters.last_error
        assert await first == ExceptionResponse(3, 11)


async def test_a_connection_of_others_is_asked_as_it_is_now(unused_tcp_port: int) -> None:
    async with Server(Device(holding={0: [42]}), "tcp://127.0.0.1:0") as server:
        links: list[Link] = []

        def find() -> Link:
            if not links:
                raise UsageError("no connection 'plc' is at work")
            return links[-1]

        remote = Remote("plc", find, timeout=0.5)
        assert remote.state is LinkState.CLOSED
        assert await ask(remote) == ExceptionResponse(3, 11)
        links.append(Link(Target("tcp", "127.0.0.1", server.port)))
        assert await ask(remote) == ReadHoldingRegistersResponse(b"\0\x2a")
        await links[0].close()
        links.append(Link(Target("tcp", "127.0.0.1", unused_tcp_port)))
        waiting = [remote(Call(Session(), 1, READ)) for _ in range(3)]
        remote.lost()
        assert [await one for one in waiting[1:]] == [ExceptionResponse(3, 11)] * 2
        await remote.stop()
        await links[1].close()
