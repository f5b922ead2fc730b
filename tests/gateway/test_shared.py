"""The one connection behind everything: lost, found, let go, and what is said meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from port502.gateway.shared import Connection, Shared
from port502.protocol.codes import GATEWAY_TARGET_FAILED, SERVER_DEVICE_BUSY
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import WriteSingleRegisterRequest
from port502.service.call import Call, Reply, Session
from port502.transport.link_settings import LinkSettings
from port502.transport.states import LinkState
from port502.transport.url import Target
from tests.gateway.by_hand import Taker, call, holding
from tests.hostile.raw import until
from tests.peers.ports import free_port
from tests.scripted import answering, request, scripted, silent

FAILED = ExceptionResponse(3, GATEWAY_TARGET_FAILED)


class Known(Shared):
    """Shared, with the connection that it uses."""

    connection: Connection


@contextlib.asynccontextmanager
async def shared(port: int, link: LinkSettings | None = None, **options: Any) -> AsyncIterator[Known]:
    connection = Connection(
        Target("tcp", "127.0.0.1", port), link, on_state=lambda state, why: made.heard(state, why)
    )
    made = Known(connection.link, state=lambda: connection.state, **options)
    made.connection = connection
    try:
        yield made
    finally:
        await connection.close()


async def reply_of(asked: Any) -> Reply:
    reply: Reply = await asked if hasattr(asked, "__await__") else asked
    return reply


async def test_a_request_is_asked_and_timed() -> None:
    async with scripted(answering) as port, shared(port) as one:
        assert one.response_time(0.5) is None
        asked = one(holding(0))
        assert one.waiting == 1
        assert not one.is_idle
        reply = await reply_of(asked)
        assert reply is not None
        assert reply.encode() == b"\x03\x02\x00\x2a"
        assert one.is_idle
        assert one.response_time(0.5) is not None
        assert one.counters.requests == 1


async def test_a_device_that_is_not_there_is_0b_and_then_at_once() -> None:
    async with shared(free_port()) as one:
        assert await reply_of(one(holding(0))) == FAILED
        assert one.connection.state.value == "backing off"
        assert one(holding(0)) == FAILED
        assert one.counters.gone == 2


async def test_who_waits_is_told_as_soon_as_the_connection_is_lost() -> None:
    async def ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)

    async with scripted(ends) as port, shared(port, timeout=60.0, age=60.0) as one:
        takers = [Taker(one(holding(at))) for at in range(3)]
        await until(lambda: all(taker.got for taker in takers))
        assert [taker.reply for taker in takers] == [FAILED] * 3
        assert one.is_idle
        assert not one._open


async def test_while_it_is_tried_again_nobody_waits_either() -> None:
    async with scripted(answering) as port, shared(port) as one:
        one.heard(LinkState.BACKING_OFF, "lost")
        link = one.connection.link()
        link.keep()
        assert link.state.value == "connecting"
        assert one(holding(0)) == FAILED
        await until(lambda: link.state.value == "ready")
        assert await reply_of(one(holding(0))) != FAILED


async def test_silence_is_0b_and_leaves_the_connection() -> None:
    async with scripted(silent) as port, shared(port, timeout=0.02) as one:
        assert await reply_of(one(holding(0))) == FAILED
        assert one.connection.state.value == "ready"
        assert one.upstream.counters.no_answer == 1


async def test_what_is_too_old_is_not_sent() -> None:
    async with scripted(answering) as port, shared(port, age=2.0) as one:
        now = one._time()
        old = Call(Session(), 1, holding(0).request, now - 2.0)
        assert one(old) == FAILED
        assert one.counters.late == 1
        young = Call(Session(), 1, holding(0).request, now)
        assert await reply_of(one(young)) != FAILED


async def test_when_too_many_wait_the_next_is_told() -> None:
    async with scripted(silent) as port, shared(port, pending=2) as one:
        takers = [Taker(one(holding(at))) for at in range(2)]
        assert one(holding(2)) == ExceptionResponse(3, SERVER_DEVICE_BUSY)
        for taker in takers:
            assert taker.later is not None
            taker.later.cancel()


async def test_what_nobody_waits_for_any_more_is_not_sent() -> None:
    seen: list[bytes] = []

    async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            number, unit, pdu = await request(reader)
            seen.append(pdu)
            writer.write(number + b"\0\0\0\x05" + bytes((unit, 3, 2, 0, 1)))

    async with scripted(listening) as port, shared(port) as one:
        given_up = one(call(WriteSingleRegisterRequest(0, 1)))
        kept = one(holding(0))
        Taker(given_up).later.cancel()  # type: ignore[union-attr]
        await reply_of(kept)
        assert seen == [holding(0).request.encode()]
        assert not one._open


async def test_a_broadcast_on_a_serial_line_has_no_answer_and_no_time() -> None:
    async with scripted(silent) as port:
        connection = Connection(Target("rtu+tcp", "127.0.0.1", port))
        one = Shared(connection.link, state=lambda: connection.state)
        assert await reply_of(one(call(WriteSingleRegisterRequest(0, 1), unit=0))) is None
        assert one.response_time(0.5) is None
        assert one.is_idle
        await connection.close()


async def test_the_times_are_percentiles() -> None:
    async with shared(free_port()) as one:
        one._times.extend(n / 1000 for n in range(1, 101))
        assert one.response_time(0.5) == 0.051
        assert one.response_time(0.99) == 0.1
        assert one.response_time(1.0) == 0.1


async def test_a_connection_is_made_when_needed_and_let_go() -> None:
    async with scripted(answering) as port:
        connection = Connection(Target("tcp", "127.0.0.1", port), idle=1.0)
        assert not connection.is_kept
        assert connection.state.value == "idle"
        connection.rest()
        one = Shared(connection.link)
        await reply_of(one(holding(0)))
        assert connection.state.value == "ready"
        connection.rest()
        assert connection.state.value == "idle"
        await reply_of(one(holding(0)))
        assert connection.made == 2
        await connection.close()
        assert connection.fault == ""


async def test_a_fault_is_remembered_beyond_its_connection() -> None:
    connection = Connection(Target("tcp", "127.0.0.1", free_port()))
    assert connection.is_kept
    assert await reply_of(Shared(connection.link)(holding(0))) == FAILED
    assert "refused" in connection.fault
    await connection.close()
    assert "refused" in connection.fault
