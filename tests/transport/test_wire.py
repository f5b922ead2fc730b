"""The seam between replies and the network: actions in their order, each after its pause."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

import pytest

from port502.protocol.server import PendingReply
from port502.service.device import Device
from port502.service.units import Units
from port502.transport.listener import Listener
from port502.transport.url import Target
from port502.transport.wire import Action, Close, Outlet, Reset, Send

READ = bytes.fromhex("0007 0000 0006 01 03 0000 0001")
ANSWER = bytes.fromhex("0007 0000 0005 01 03 02 002A")


class Scripted:
    """A wire that answers with the actions of a test."""

    def __init__(self, *actions: Action, greeting: Iterable[Action] = ()) -> None:
        self.actions = actions
        self.greeting = greeting
        self.outlets: list[Outlet] = []
        self.seen: list[bytes | None] = []
        self.ended = asyncio.Event()

    def opened(self, outlet: Outlet) -> None:
        self.outlets.append(outlet)
        outlet.do(self.greeting)

    def closed(self, outlet: Outlet) -> None:
        self.ended.set()

    def replied(self, outlet: Outlet, place: PendingReply) -> Iterable[Action]:
        self.seen.append(place.reply)
        return self.actions


@contextlib.asynccontextmanager
async def talking(wire: Scripted) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = Listener(Units(Device(holding={0: [42]})), Target("tcp", "127.0.0.1", 0), wire=wire)
    await listener.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    try:
        async with asyncio.timeout(5):
            yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        await listener.stop(0.5)


async def test_a_wire_sees_each_reply_and_says_what_is_sent() -> None:
    wire = Scripted(Send(b"one"), Send(b"two", 0.01), Send(b"three"))
    async with talking(wire) as (reader, writer):
        writer.write(READ)
        assert await reader.readexactly(11) == b"onetwothree"
    assert wire.seen == [ANSWER]


async def test_replies_of_one_segment_are_seen_one_by_one() -> None:
    wire = Scripted()
    async with talking(wire) as (reader, writer):
        writer.write(READ * 3)
        writer.write_eof()
        assert await reader.read() == b""
    assert wire.seen == [ANSWER] * 3


async def test_a_close_comes_behind_what_was_sent() -> None:
    async with talking(Scripted(Send(ANSWER), Close())) as (reader, writer):
        writer.write(READ)
        assert await reader.read() == ANSWER


async def test_a_reset_is_a_reset() -> None:
    async with talking(Scripted(Reset())) as (reader, writer):
        writer.write(READ)
        with pytest.raises(ConnectionResetError):
            await reader.read()


async def test_a_connection_can_be_ended_before_anything_was_said() -> None:
    wire = Scripted(greeting=[Close()])
    async with talking(wire) as (reader, _):
        assert await reader.read() == b""
        await wire.ended.wait()


async def test_what_waits_is_forgotten_with_the_connection() -> None:
    wire = Scripted(Send(b"x"), Send(ANSWER, 60.0))
    async with talking(wire) as (reader, writer):
        writer.write(READ)
        assert await reader.readexactly(1) == b"x"
        writer.close()
        await wire.ended.wait()
        wire.outlets[0].do([Send(b"nobody listens")])


async def test_a_later_end_takes_the_place_of_an_earlier_one() -> None:
    told: list[str] = []
    wire = Scripted()
    async with talking(wire) as (reader, writer):
        writer.write(READ)
        while not wire.seen:
            await asyncio.sleep(0)
        wire.outlets[0].close_in(60.0, lambda: told.append("first"))
        wire.outlets[0].close_in(0.0, lambda: told.append("second"))
        assert await reader.read() == b""
    assert told == ["second"]
