"""A connection to a device as a service."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from port502.client import Client
from port502.errors import Port502Error, ServerDeviceFailureError, UsageError
from port502.protocol.message import ExceptionResponse, RawRequest, Request
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.server import Server
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.transport.link import Link
from port502.transport.link_settings import LinkSettings
from port502.transport.upstream import Upstream
from port502.transport.url import parse_url
from tests.hostile.raw import until
from tests.peers.ports import free_port


def call(request: Request[Any], unit: int = 1) -> Call:
    return Call(Session("127.0.0.1", 1), unit, request)


@contextlib.asynccontextmanager
async def upstream_of(url: str, *, window: int = 4, **options: Any) -> AsyncIterator[Upstream]:
    link = Link(parse_url(url), LinkSettings(window=window))
    try:
        yield Upstream(link, **options)
    finally:
        await link.close()


class Scripted:
    """A server whose replies are bytes of the test's choosing; None closes, silence is empty."""

    def __init__(self, *replies: bytes | None) -> None:
        self.replies = list(replies)
        self.received = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1000):
                self.received += data
                reply = self.replies.pop(0) if self.replies else b""
                if reply is None:
                    break
                writer.write(data[:2] + reply)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def scripted(*replies: bytes | None) -> AsyncIterator[tuple[Scripted, str]]:
    script = Scripted(*replies)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    async with server:
        yield script, f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def reply_of(asked: Any) -> Reply:
    reply: Reply = await asked if hasattr(asked, "__await__") else asked
    return reply


async def test_requests_are_asked_again_and_their_answers_come_back() -> None:
    async with (
        Server(Device(holding={0: [1, 2, 3]}), "tcp://127.0.0.1:0") as server,
        upstream_of(server.url) as up,
    ):
        replies = await asyncio.gather(*(up(call(ReadHoldingRegistersRequest(at, 1))) for at in range(3)))
        assert [reply.registers for reply in replies] == [[1], [2], [3]]  # type: ignore[union-attr]
        assert up.pending == 0
        assert up.counters.requests == 3


async def test_the_devices_own_exceptions_pass() -> None:
    async with Server(Device(holding={0: 1}), "tcp://127.0.0.1:0") as server, upstream_of(server.url) as up:
        assert await reply_of(up(call(ReadHoldingRegistersRequest(50, 1)))) == ExceptionResponse(3, 2)
        assert await reply_of(up(call(RawRequest(66, b"\1")))) == ExceptionResponse(66, 1)


async def test_no_path_to_the_device_is_exception_10() -> None:
    async with upstream_of(f"tcp://127.0.0.1:{free_port()}") as up:
        assert await reply_of(up(call(ReadHoldingRegistersRequest(0, 1)))) == ExceptionResponse(3, 10)
        assert up.counters.no_path == 1


async def test_no_answer_is_exception_11() -> None:
    async with scripted(b"") as (_, url), upstream_of(url, timeout=0.02) as up:
        assert await reply_of(up(call(ReadHoldingRegistersRequest(0, 1)))) == ExceptionResponse(3, 11)
        assert up.counters.no_answer == 1


async def test_a_connection_that_closes_in_place_of_an_answer_is_exception_11() -> None:
    async with scripted(None) as (_, url), upstream_of(url) as up:
        assert await reply_of(up(call(WriteSingleRegisterRequest(0, 1)))) == ExceptionResponse(6, 11)


async def test_h182_a_reply_that_does_not_fit_is_exception_11_and_a_finding() -> None:
    findings: list[Port502Error] = []
    longer = b"\0\0\0\7\1\3\4\0\1\0\2"
    async with (
        scripted(longer) as (_, url),
        upstream_of(url, on_finding=lambda _, error: findings.append(error)) as up,
    ):
        assert await reply_of(up(call(ReadHoldingRegistersRequest(0, 1)))) == ExceptionResponse(3, 11)
        assert up.counters.wrong == 1
        assert "expected 1 registers" in str(findings[0])


async def test_too_many_waiting_requests_are_refused_as_busy() -> None:
    async with scripted(b"", b"") as (_, url), upstream_of(url, pending=2, timeout=0.05) as up:
        first, second = (
            up(call(ReadHoldingRegistersRequest(0, 1))),
            up(call(ReadHoldingRegistersRequest(1, 1))),
        )
        assert up(call(ReadHoldingRegistersRequest(2, 1))) == ExceptionResponse(3, 6)
        assert up.counters.busy == 1
        await asyncio.gather(reply_of(first), reply_of(second))
        assert up.pending == 0


async def test_h191_a_request_that_gets_too_old_while_it_waits_is_never_sent() -> None:
    async with scripted(b"", b"") as (script, url), upstream_of(url, window=1, timeout=5, age=0.05) as up:
        replies = [up(call(WriteSingleRegisterRequest(at, 1))) for at in range(3)]
        assert [await reply_of(reply) for reply in replies] == [ExceptionResponse(6, 11)] * 3
        assert len(script.received) == 12


async def test_what_nobody_waits_for_any_more_is_not_sent() -> None:
    async with scripted(b"", b"") as (script, url), upstream_of(url, window=1, timeout=0.05) as up:
        first, second = up(call(WriteSingleRegisterRequest(0, 1))), up(call(WriteSingleRegisterRequest(1, 1)))
        await until(lambda: script.received)
        second.cancel()  # type: ignore[union-attr]
        assert up.counters.abandoned == 1
        assert await reply_of(first) == ExceptionResponse(6, 11)
        assert len(script.received) == 12
        assert up.pending == 0


async def test_the_link_may_change_and_may_be_missing() -> None:
    async with Server(Device(holding={0: [7]}), "tcp://127.0.0.1:0") as server:
        links: list[Link] = []

        def find() -> Link:
            if not links:
                raise UsageError("there is no such connection")
            return links[-1]

        up = Upstream(find)
        assert up(call(ReadHoldingRegistersRequest(0, 1))) == ExceptionResponse(3, 10)
        links.append(Link(parse_url(server.url)))
        assert await reply_of(up(call(ReadHoldingRegistersRequest(0, 1)))) == ReadHoldingRegistersResponse(
            b"\0\7"
        )
        await links[0].close()


async def test_a_server_in_front_of_an_upstream_answers_its_clients_in_order() -> None:
    async with (
        Server(Device(holding={0: list(range(50))}), "tcp://127.0.0.1:0") as device,
        upstream_of(device.url, window=8) as up,
        Server(up, "tcp://127.0.0.1:0") as front,
        Client(front.url, window=8, coalesce=True) as client,
    ):
        values = await asyncio.gather(*(client.read_holding_registers(at) for at in range(50)))
        assert values == [[at] for at in range(50)]


@pytest.mark.slow
async def test_a_listener_gives_up_on_a_reply_that_takes_too_long() -> None:
    async with (
        scripted(b"") as (_, url),
        upstream_of(url, timeout=30, age=30) as up,
        Server(up, "tcp://127.0.0.1:0", answer_within=0.01) as front,
        Client(front.url, response_timeout=10) as client,
    ):
        with pytest.raises(ServerDeviceFailureError):
            await client.read_holding_registers(0)
        assert up.counters.abandoned == 1
