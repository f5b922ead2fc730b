"""A connection shared by clients that do not know each other (rows H150 and H157-H163)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

import pytest

from port502.client import Client
from port502.errors import GatewayTargetError, IllegalDataAddressError
from port502.gateway.cache import Ages
from port502.gateway.share import ShareSettings
from port502.protocol.codes import ILLEGAL_DATA_ADDRESS
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.service.call import Call, Reply, Service
from port502.service.device import Device
from port502.service.maybe import Later, Maybe
from tests.gateway.one_connection import Counted, clients, one_connection, sharing
from tests.hostile.raw import PATIENCE, Raw, adu, answer, connected, device, read, until
from tests.scripted import answering, registers, reply, request, scripted

CACHED = ShareSettings(ages=Ages(60.0))
WIDE = read(0, 125)


class Held:
    """A device that answers when it is told to."""

    def __init__(self) -> None:
        self.device = device()
        self.waiting: list[tuple[Call, Later[Reply]]] = []

    def __call__(self, call: Call) -> Later[Reply]:
        later: Later[Reply] = Later()
        self.waiting.append((call, later))
        return later

    def answer(self) -> None:
        """Answer everything that waits."""
        waiting, self.waiting = self.waiting, []
        for call, later in waiting:
            done = self.device(call)
            assert not isinstance(done, Later)
            later.give(done)  # type: ignore[arg-type]


async def ask_in_step(raw: Raw, first: int, requests: int, depth: int = 8) -> None:
    """Ask for one's own addresses under the ids 1, 2, 3 and on, several at once; each reply must be one's own."""
    for start in range(0, requests, depth):
        numbers = range(start + 1, min(start + depth, requests) + 1)
        addresses = {number: first + number % 50 for number in numbers}
        raw.send(b"".join(read(address, number=number) for number, address in addresses.items()))
        for number, frame in zip(numbers, await raw.frames(len(numbers)), strict=True):
            assert frame.transaction_id == number
            assert adu(frame.pdu, number=number) == answer(addresses[number], number=number)


@pytest.mark.parametrize("requests", [400, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_h150_equal_transaction_ids_do_not_cross(requests: int) -> None:
    async with (
        one_connection(device()) as upstream,
        sharing(upstream.url) as (share, server),
        connected(server.port) as one,
        connected(server.port) as other,
    ):
        async with asyncio.timeout(4 * PATIENCE):
            await asyncio.gather(ask_in_step(one, 0, requests), ask_in_step(other, 50, requests))
        assert share.status().requests == 2 * requests
        assert upstream.counters.accepted == 1


@pytest.mark.parametrize(
    "lie",
    ["wrong unit", "wrong function", "wrong byte count", "fewer values"],
)
async def test_h157_an_upstream_that_answers_something_else_is_0b(lie: str) -> None:
    frames = {
        "wrong unit": lambda number, unit, pdu: reply(number, unit ^ 3, registers(pdu)),
        "wrong function": lambda number, unit, pdu: reply(number, unit, b"\x04" + registers(pdu)[1:]),
        "wrong byte count": lambda number, unit, pdu: reply(number, unit, b"\x03\x05" + registers(pdu)[2:]),
        "fewer values": lambda number, unit, pdu: reply(number, unit, b"\x03\x02\0\x2a"),
    }

    async def lying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, unit, pdu = await request(reader)
        writer.write(frames[lie](number, unit, pdu))
        while True:
            number, unit, pdu = await request(reader)
            writer.write(reply(number, unit, registers(pdu)))

    async with (
        scripted(lying, answering) as port,
        sharing(f"tcp://127.0.0.1:{port}", CACHED) as (share, server),
        Client(server.url) as client,
    ):
        with pytest.raises(GatewayTargetError):
            await client.read_holding_registers(0, 2)
        assert share.status().upstream.wrong == 1
        assert share.status().kept == 0
        await until(lambda: share.status().state == "ready")
        assert await client.read_holding_registers(0, 2) == [42, 42]


async def test_h158_identical_reads_are_one_and_each_gets_its_own_id() -> None:
    held = Held()
    async with (
        one_connection(held) as upstream,
        sharing(upstream.url) as (share, server),
        contextlib.AsyncExitStack() as stack,
    ):
        raws = [await stack.enter_async_context(connected(server.port)) for _ in range(20)]
        for number, raw in enumerate(raws):
            raw.send(read(3, 2, number=1000 + number))
        await until(lambda: share.status().joining.joined == 19 and bool(held.waiting))
        held.answer()
        for number, raw in enumerate(raws):
            [frame] = await raw.frames(1)
            assert frame.transaction_id == 1000 + number
            assert adu(frame.pdu, number=7) == answer(3, 2)
        assert upstream._listener.streams.copy().pop()._connection.requests == 1


async def test_h159_a_write_is_read_back_whatever_was_kept_or_in_flight() -> None:
    counted = Counted(device())
    async with (
        one_connection(counted) as upstream,
        sharing(upstream.url, CACHED) as (_, server),
        clients(server.url, 2) as (one, other),
    ):
        for value in range(50):
            assert len(await other.read_holding_registers(0, 20)) == 20
            await one.write_register(7, value)
            assert await other.read_holding_registers(7, 1) == [value]
            assert (await one.read_holding_registers(0, 20))[7] == value


async def test_h159_read_write_read_in_one_segment_keep_their_order() -> None:
    async with (
        one_connection(device()) as upstream,
        sharing(upstream.url, CACHED) as (_, server),
        connected(server.port) as raw,
    ):
        await raw.in_step()
        for value in range(1, 30):
            write = adu(struct.pack(">BHH", 6, 3, value), number=2)
            raw.send(read(3, 2, number=1) + write + read(3, 2, number=3))
            before, echo, behind = await raw.frames(3)
            assert [before.transaction_id, echo.transaction_id, behind.transaction_id] == [1, 2, 3]
            assert int.from_bytes(before.pdu[2:4], "big") != value
            assert int.from_bytes(behind.pdu[2:4], "big") == value


async def test_h160_what_is_too_old_is_never_served_when_the_device_is_gone() -> None:
    upstream = one_connection(device())
    later = 0.0
    await upstream.start()
    async with sharing(upstream.url, CACHED) as (share, server), connected(server.port) as raw:
        real = share.service.cache._time
        share.service.cache._time = lambda: real() + later
        await raw.in_step()
        await upstream.stop()
        await until(lambda: share.status().state == "backing off")
        await raw.in_step()  # still young enough
        later = 60.0
        assert await raw.ask("03 0003 0002") == b"\x83\x0b"
        assert await raw.ask("03 0003 0001") == b"\x83\x0b"
        assert await raw.ask("06 0003 0001") == b"\x86\x0b"


async def test_h161_who_may_not_read_a_range_is_refused_before_the_cache_is_asked() -> None:
    def only_the_first_ten(service: Service) -> Service:
        def serve(call: Call) -> Maybe[Reply]:
            asked = call.request
            stranger = call.session.host == "127.0.0.2"
            if stranger and not (isinstance(asked, ReadHoldingRegistersRequest) and asked.address < 10):
                return ExceptionResponse(asked.function, ILLEGAL_DATA_ADDRESS)
            return service(call)

        return serve

    async with (
        one_connection(device()) as upstream,
        sharing(upstream.url, CACHED, rights=only_the_first_ten) as (share, server),
        Client(server.url) as one,
        Client(server.url, source="127.0.0.2") as other,
    ):
        await one.read_holding_registers(20, 5)
        await one.read_holding_registers(20, 5)
        assert share.status().cache.hits == 1
        with pytest.raises(IllegalDataAddressError):
            await other.read_holding_registers(20, 5)
        assert share.status().cache.hits == 1
        assert len(await other.read_holding_registers(5, 2)) == 2


@pytest.mark.slow
async def test_h163_a_client_that_never_reads_is_closed_and_the_others_go_on() -> None:
    async with (
        one_connection(device()) as upstream,
        sharing(upstream.url, CACHED) as (share, server),
        connected(server.port) as good,
    ):
        server._listener.stall = 0.05
        await good.in_step()
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", server.port))
            deaf.setblocking(False)
            async with asyncio.timeout(PATIENCE):
                while not server.counters.causes["unread replies"]:
                    with contextlib.suppress(OSError):
                        deaf.send(WIDE * 100)
                    await good.in_step()
        assert share.status().connects == 1
        assert upstream.counters.closed == 0


async def test_a_client_that_goes_leaves_the_connection_and_the_reads_of_others() -> None:
    held = Held()
    async with one_connection(held) as upstream, sharing(upstream.url) as (share, server):
        async with connected(server.port) as stays:
            async with connected(server.port) as goes:
                goes.send(read(3, 2, number=1))
                await until(lambda: len(held.waiting) == 1)
                stays.send(read(3, 2, number=2))
                await until(lambda: share.status().joining.joined == 1)
                goes.reset()
                await until(lambda: server.counters.closed == 1)
            held.answer()
            [frame] = await stays.frames(1)
            assert adu(frame.pdu, number=7) == answer(3, 2)
        assert upstream.counters.accepted == 1
        assert upstream.counters.closed == 0


async def test_a_silent_device_is_0b_within_the_time_of_the_clients() -> None:
    settings = ShareSettings(timeout=0.05, client_timeout=0.2)
    held = Held()
    async with (
        one_connection(held) as upstream,
        sharing(upstream.url, settings) as (_, server),
        clients(server.url, 5) as five,
    ):
        outcomes = await asyncio.gather(
            *(client.read_holding_registers(n, 1) for n, client in enumerate(five)), return_exceptions=True
        )
        assert [type(one) for one in outcomes] == [GatewayTargetError] * 5
        held.answer()


async def test_a_smaller_read_survives_a_larger_one_that_the_device_refuses() -> None:
    small = Device(holding={0: [1, 2, 3]})
    async with (
        one_connection(small) as upstream,
        sharing(upstream.url, CACHED) as (_, server),
        connected(server.port) as one,
        connected(server.port) as other,
    ):
        for _ in range(100):
            one.send(read(0, 100))
            other.send(read(1, 2))
            assert (await one.frames(1))[0].pdu == b"\x83\x02"
            assert (await other.frames(1))[0].pdu == b"\x03\x04\0\2\0\3"
