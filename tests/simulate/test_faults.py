"""Each fault through a real socket, as our own client sees it (hostile inputs H100-H132)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from port502.client import Client, Reconnect
from port502.errors import (
    FrameError,
    LinkClosedError,
    LinkError,
    NoReplyError,
    Port502Error,
    ReplyError,
    ServerDeviceBusyError,
)
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersResponse, WriteSingleRegisterRequest
from port502.service.access import Networks
from port502.service.call import Session
from port502.service.maybe import must_wait
from port502.service.units import Units
from port502.simulate import effects
from port502.simulate.faults import Faults
from port502.transport.states import LinkState
from tests.simulate.faulty import READ, call, client, device, rule, serving

VALUES = [40, 41]
AT_ONCE = Reconnect(0.001, 0.001)


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        (effects.Silent(), NoReplyError),
        (effects.Refuse(6), ServerDeviceBusyError),
        (effects.WrongId(), NoReplyError),
        (effects.ZeroId(), ReplyError),
        (effects.WrongUnit(), ReplyError),
        (effects.Short(), ReplyError),
        (effects.WrongLength(), Port502Error),
        (effects.WrongLength(-1), ReplyError),
        (effects.WrongLength(400), FrameError),
        (effects.CrcTail(counted=True), ReplyError),
        (effects.Truncated(), NoReplyError),
        (effects.Garbage(), FrameError),
        (effects.ResetInstead(), LinkError),
        (effects.CloseInstead(), LinkClosedError),
    ],
    ids=repr,
)
async def test_a_spoiled_answer_is_a_typed_error(effect: Any, expected: type[Exception]) -> None:
    async with serving(rule(effect)) as (server, faults), client(server) as asking:
        with pytest.raises(expected):
            await asking.read_holding_registers(0, 2)
        assert faults.hits == 1


@pytest.mark.parametrize(
    "effect",
    [effects.Split(1), effects.Split(9), effects.Drip(0.0005), effects.Delay(0.005, 0.01), effects.Glued()],
    ids=repr,
)
async def test_an_awkward_answer_is_a_right_answer(effect: Any) -> None:
    async with (
        serving(rule(effect)) as (server, faults),
        client(server, response_timeout=1.0) as asking,
    ):
        for _ in range(3):
            assert await asking.read_holding_registers(0, 2) == VALUES
        assert faults.hits == 3


async def test_the_previous_id_is_a_late_answer_and_discarded() -> None:
    async with serving(rule(effects.PreviousId(), nth=2)) as (server, _), client(server) as asking:
        assert await asking.read_holding_registers(0, 2) == VALUES
        with pytest.raises(NoReplyError):
            await asking.read_holding_registers(0, 2)
        assert await asking.read_holding_registers(0, 2) == VALUES


async def test_the_tail_of_a_serial_line_is_tolerated_where_it_is_named() -> None:
    tolerant = {"tolerate": ["extra_bytes"]}
    async with (
        serving(rule(effects.CrcTail(counted=True))) as (server, _),
        client(server, **tolerant) as asking,
    ):
        assert await asking.read_holding_registers(0, 2) == VALUES


async def test_stuck_registers_are_values() -> None:
    async with serving(rule(effects.Stuck(0x8000))) as (server, _), client(server) as asking:
        assert await asking.read_holding_registers(0, 2) == [0x8000, 0x8000]


async def test_stale_values_stand_still_while_writes_get_through() -> None:
    async with serving(rule(effects.Stale(), times=3)) as (server, _), client(server) as asking:
        assert await asking.read_holding_registers(0, 1) == [40]
        await asking.write_register(0, 99)
        assert await asking.read_holding_registers(0, 1) == [40]
        assert await asking.read_holding_registers(0, 1) == [99]


async def test_any_unit_answers() -> None:
    units = Units({3: device(), 4: device()})
    async with serving(rule(effects.AnyUnit()), service=units) as (server, _), client(server) as asking:
        for unit in (1, 3, 200):
            assert await asking.read_holding_registers(0, 2, unit=unit) == VALUES


async def test_a_connection_that_starts_slowly() -> None:
    async with (
        serving(rule(effects.SlowStart(0.15))) as (server, _),
        client(server, response_timeout=1.0) as asking,
    ):
        began = asyncio.get_running_loop().time()
        assert await asking.read_holding_registers(0, 2) == VALUES
        middle = asyncio.get_running_loop().time()
        assert await asking.read_holding_registers(0, 2) == VALUES
        assert middle - began > 0.1
        assert asyncio.get_running_loop().time() - middle < 0.1


async def test_connections_accepted_and_closed() -> None:
    async with serving(rule(effects.AcceptClose())) as (server, faults):
        asking = client(server, reconnect=AT_ONCE)
        with pytest.raises(LinkError):
            await asking.read_holding_registers(0, 2)
        await asking.close()
        assert faults.hits >= 1


async def test_one_connection_more_is_refused() -> None:
    async with (
        serving(rule(effects.ConnectionLimit(1, "refuse"))) as (server, faults),
        client(server) as first,
    ):
        assert await first.read_holding_registers(0, 2) == VALUES
        second = client(server, reconnect=AT_ONCE)
        with pytest.raises(LinkError):
            await second.read_holding_registers(0, 2)
        await second.close()
        assert await first.read_holding_registers(0, 2) == VALUES
        assert faults.hits >= 1


async def test_one_connection_more_makes_the_oldest_go() -> None:
    async with (
        serving(rule(effects.ConnectionLimit(1, "evict"))) as (server, faults),
        client(server) as first,
        client(server) as second,
    ):
        assert await second.read_holding_registers(0, 2) == VALUES
        async with asyncio.timeout(5):
            while first.state is LinkState.READY:
                await asyncio.sleep(0)
        assert faults.hits == 1


async def test_one_connection_more_is_left_silent() -> None:
    limit = rule(effects.ConnectionLimit(1, "silent"))
    async with serving(limit) as (server, _), client(server) as first, client(server) as second:
        with pytest.raises(NoReplyError):
            await second.read_holding_registers(0, 2)
        assert await first.read_holding_registers(0, 2) == VALUES


async def test_an_idle_connection_is_closed_and_a_busy_one_is_not() -> None:
    async with serving(rule(effects.IdleClose(0.1))) as (server, faults), client(server) as asking:
        for _ in range(3):
            assert await asking.read_holding_registers(0, 2) == VALUES
        assert faults.hits == 0
        async with asyncio.timeout(5):
            while asking.state is LinkState.READY:
                await asyncio.sleep(0)
        assert faults.hits == 1
        assert await asking.read_holding_registers(0, 2) == VALUES


@pytest.mark.slow
async def test_requests_sent_in_advance_are_dropped() -> None:
    one_at_a_time = rule(effects.Silent(), pipelined=True)
    slow = rule(effects.Delay(0.02, 0.02))
    async with (
        serving(one_at_a_time, slow) as (server, faults),
        client(server, window=4, response_timeout=0.3) as asking,
    ):
        answers = await asyncio.gather(
            *(asking.read_holding_registers(address, 1) for address in range(4)), return_exceptions=True
        )
        assert answers[0] == [40]
        assert faults.armed[0].hits >= 1


async def test_a_fault_for_one_client_only() -> None:
    theirs = rule(effects.Refuse(6), clients=Networks(["127.0.0.9"]))
    async with (
        serving(theirs) as (server, _),
        client(server) as good,
        client(server, source="127.0.0.9") as bad,
    ):
        assert await good.read_holding_registers(0, 2) == VALUES
        with pytest.raises(ServerDeviceBusyError):
            await bad.read_holding_registers(0, 2)


async def test_malformed_requests_are_refused_as_ever() -> None:
    async with serving(rule(effects.Delay(0, 0))) as (server, _), Client(server.url) as asking:
        with pytest.raises(Port502Error, match="illegal data value"):
            await asking.call(3, b"\0\0\0\0")


class Naps:
    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


async def test_delays_add_up_in_memory_and_without_real_time() -> None:
    naps = Naps()
    faults = Faults([rule(effects.Delay(1, 1)), rule(effects.Delay(2, 2))], sleep=naps)
    reply = faults.around(device())(call())
    assert must_wait(reply)
    assert await reply == ReadHoldingRegistersResponse(b"\0\x28\0\x29")
    assert naps.taken == [3]


def test_what_is_refused_is_not_carried_out() -> None:
    target = device()
    asked = call(WriteSingleRegisterRequest(0, 7))
    for effect in (effects.Refuse(4), effects.Silent()):
        reply = Faults([rule(effect)]).around(target)(asked)
        assert reply == (ExceptionResponse(6, 4) if isinstance(effect, effects.Refuse) else None)
    assert target.holding[0] == 40


def test_the_timed_scenario_counts_from_the_start() -> None:
    faulty = Faults([rule(effects.Refuse(6), start=30.0, duration=20.0)], began=1000.0).around(device())
    answers = [faulty(call(received=1000.0 + moment)) for moment in (0, 30, 49, 50)]
    assert [isinstance(one, ExceptionResponse) for one in answers] == [False, True, True, False]


def test_without_struck_rules_the_reply_is_there_at_once() -> None:
    faulty = Faults([rule(effects.Silent(), units=frozenset({9}))]).around(Units(device()))
    assert faulty(call(READ, session=Session())) == ReadHoldingRegistersResponse(b"\0\x28\0\x29")
