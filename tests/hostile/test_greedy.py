"""Clients that are slow, silent or want too much, against a real server (rows H70-H84)."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import random
import socket
import time
import tracemalloc

import pytest

from port502.client import Client
from port502.server import Server
from port502.service.admission import Limits
from port502.service.call import Call, Reply
from port502.service.device import Device
from port502.transport.served import WRITE_LIMIT
from tests.hostile.raw import (
    PATIENCE,
    VALUES,
    Raw,
    adu,
    answer,
    attacked,
    connected,
    contents,
    device,
    read,
    serving,
    until,
)

WIDE = read(0, 125)
DEADLINE = 15.0
"""Seconds within which a good client is answered whatever others do: its deadline, on a busy machine."""


def said(caplog: pytest.LogCaptureFixture, text: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if text in record.getMessage()]


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_h070_silence_frees_the_slot(caplog: pytest.LogCaptureFixture) -> None:
    async with attacked(limits=Limits(connections=1, idle=0.05, evict=False)) as (server, silent):
        assert await silent.rest() == b""
        await until(lambda: not server._listener.streams)
        assert server.counters.causes == {"idle": 1}
        async with connected(server.port) as good:
            await good.in_step()
    [line] = said(caplog, "no request for 0.05 s")
    assert "127.0.0.1:" in line


@pytest.mark.parametrize("half", [adu("06 0005 BEEF")[:1], adu("06 0005 BEEF")[:7], adu("06 0005 BEEF")[:-1]])
async def test_h071_half_a_frame_has_a_time_limit(half: bytes, caplog: pytest.LogCaptureFixture) -> None:
    served = device()
    before = contents(served)
    async with attacked(served, limits=Limits(frame=0.05)) as (server, raw):
        await raw.in_step()
        raw.send(half)
        assert await raw.rest() == b""
        assert server.counters.causes == {"half a frame": 1}
    assert contents(served) == before
    [line] = said(caplog, "of a frame and no more within 0.05 s")
    assert "127.0.0.1:" in line


async def test_h072_a_byte_now_and_then_does_not_stretch_the_time_of_a_frame() -> None:
    began = time.monotonic()
    async with attacked(limits=Limits(frame=0.1)) as (server, raw):
        for byte in adu(bytes((8, 0, 0)) + bytes(250)):
            await raw.send_apart([bytes((byte,))])
            ended = asyncio.ensure_future(raw.reader.read(1))
            done, _ = await asyncio.wait([ended], timeout=0.02)
            if done:
                break
            ended.cancel()
        await raw.rest()
        assert server.counters.causes == {"half a frame": 1}
    assert time.monotonic() - began < PATIENCE


async def test_h073_500_silent_connections_and_a_flood_of_garbage_leave_a_listed_client_its_deadline(
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = Limits(connections=32, per_client=4)
    async with serving(limits=limits, allow=["127.0.0.0/16"]) as server, contextlib.AsyncExitStack() as stack:
        url = f"tcp://127.0.0.1:{server.port}"
        silent = []
        for number in range(500):
            peer = connected(server.port, source=f"127.0.{1 + number // 250}.{1 + number % 250}")
            with contextlib.suppress(ConnectionError):
                silent.append(await stack.enter_async_context(peer))
        flood = [asyncio.create_task(garbage(server, f"127.0.9.{1 + number}")) for number in range(8)]
        client = await stack.enter_async_context(Client(url, source="127.0.0.1", response_timeout=DEADLINE))
        try:
            longest = await longest_answer(client, 200)
        finally:
            for task in flood:
                task.cancel()
            await asyncio.gather(*flood, return_exceptions=True)
        assert longest < DEADLINE
        assert client.link.counters.connects == 1
        assert len(server._listener.streams) <= 32
        assert server.counters.causes["made room"] >= 500 - 32
    assert len(said(caplog, "closed:")) + len(said(caplog, "refused:")) <= 520  # one for each address at most


async def test_h073_who_asked_once_is_kept_before_those_who_never_did() -> None:
    """A client that polls seldom is older than every connection of a flood, and worth more than all of them."""
    async with (
        serving(limits=Limits(connections=4, per_client=4)) as server,
        contextlib.AsyncExitStack() as stack,
        connected(server.port, source="127.0.0.9") as seldom,
    ):
        await seldom.in_step()
        for number in range(20):
            await stack.enter_async_context(connected(server.port, source=f"127.0.1.{1 + number}"))
        await until(lambda: server.counters.causes.get("made room", 0) == 17)
        await seldom.in_step()


async def garbage(server: Server, source: str) -> None:
    """Connect, send what is no Modbus, and again, as fast as it goes."""
    chance = random.Random(source)
    while True:
        with contextlib.suppress(OSError):
            async with connected(server.port, source=source) as raw:
                await raw.send_apart([chance.randbytes(1000)])
                await raw.rest()


async def longest_answer(client: Client, times: int) -> float:
    longest = 0.0
    for number in range(times):
        began = time.monotonic()
        assert await client.read_holding_registers(number % 100, 2) == VALUES[number % 100 :][:2]
        longest = max(longest, time.monotonic() - began)
    return longest


async def test_h073_a_connection_that_makes_room_is_closed_even_if_it_reads_nothing() -> None:
    async with serving(limits=Limits(connections=1, per_client=1)) as server:
        with socket.socket() as deaf:
            await fill(server, deaf)
            async with connected(server.port) as good:
                await good.in_step()
                assert len(server._listener.streams) == 1


async def fill(server: Server, deaf: socket.socket) -> None:
    """Connect and ask for more than the sockets hold, but less than stops the reading; read nothing."""
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", server.port))
    deaf.setblocking(False)
    await until(lambda: server._listener.streams)
    [stream] = server._listener.streams
    own = stream._transport.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    stream._transport.set_write_buffer_limits(high=8 << 20)
    while not stream._transport.get_write_buffer_size():
        with contextlib.suppress(BlockingIOError):
            deaf.send(WIDE * 4)
        await asyncio.sleep(0)
    assert stream._reading


@pytest.mark.slow
async def test_h074_a_client_that_never_reads_is_not_read_from_and_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving() as server:
        server._listener.stall = 0.05
        with socket.socket() as deaf:
            await fill(server, deaf)
            [stream] = server._listener.streams
            stream._transport.set_write_buffer_limits(high=WRITE_LIMIT)
            most = 0
            async with asyncio.timeout(PATIENCE):
                while server._listener.streams:
                    with contextlib.suppress(OSError):
                        deaf.send(WIDE * 100)
                    most = max(most, stream._transport.get_write_buffer_size())
                    await asyncio.sleep(0)
        assert most < 1 << 20
        assert server.counters.causes == {"unread replies": 1}
    assert len(said(caplog, "did not read its replies")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("how", ["idle", "fin", "junk", "stop"])
async def test_h074_unread_replies_do_not_hold_a_connection_that_is_to_close(how: str) -> None:
    limits = Limits(idle=0.05) if how == "idle" else Limits()
    async with serving(limits=limits) as server:
        server._listener.stall = 0.05
        with socket.socket() as deaf:
            await fill(server, deaf)
            if how == "fin":
                deaf.shutdown(socket.SHUT_WR)
            elif how == "junk":
                with contextlib.suppress(BlockingIOError):
                    deaf.send(b"GET / HTTP/1.1\r\n\r\n")
            elif how == "stop":
                await server.stop(0.05)
            await until(lambda: not server._listener.streams)
            await until(lambda: not server._listener.tasks)


@pytest.mark.slow
async def test_h075_a_malformed_flood_leaves_others_their_latency() -> None:
    wrong = b"".join(
        adu(pdu) for pdu in ("03 0000 0000", "05 0000 1234", "42 01", "10 0000 0002 04 0001", "83 01")
    )
    async with attacked() as (server, raw), Client(f"tcp://127.0.0.1:{server.port}") as client:
        quiet = await longest_answer(client, 200)
        flood = asyncio.create_task(keep_asking(raw, wrong * 50))
        try:
            loud = await longest_answer(client, 200)
        finally:
            flood.cancel()
            await asyncio.gather(flood, return_exceptions=True)
        assert flood.cancelled()
        assert loud < max(0.25, 20 * quiet)


async def keep_asking(raw: Raw, data: bytes) -> None:
    while True:
        raw.writer.write(data)
        await raw.writer.drain()
        await raw.reader.read(65536)


@pytest.mark.slow
async def test_h076_a_valid_flood_above_the_rate_limit_is_paused() -> None:
    async with attacked(limits=Limits(requests_per_second=100)) as (server, raw):
        async with connected(server.port) as other:
            began = time.monotonic()
            raw.send(b"".join(read(number % 100, 1, number=number) for number in range(130)))
            await other.in_step()
            replies = await raw.frames(130)
            assert time.monotonic() - began > 0.25
        assert [frame.transaction_id for frame in replies] == list(range(130))


@pytest.mark.slow
async def test_h077_a_thousand_connections_come_and_go_without_a_trace() -> None:
    async with serving() as server:
        await come_and_go(server, 300)
        tracemalloc.start()
        try:
            await come_and_go(server, 100)
            gc.collect()
            before, descriptors = tracemalloc.get_traced_memory()[0], open_descriptors()
            await come_and_go(server, 1000)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert grown < 100_000
        assert open_descriptors() <= descriptors
        assert not server._listener.tasks
        assert len(server._listener.admission) == 0
        assert len(asyncio.all_tasks()) == 1


async def come_and_go(server: Server, times: int) -> None:
    loop = asyncio.get_running_loop()
    for number in range(times):
        sock = socket.socket()
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", server.port))
        if number % 3 == 0:
            await loop.sock_sendall(sock, read())
        if number % 2:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
    expected = server.counters.accepted
    await until(lambda: not server._listener.streams)
    for _ in range(20):
        await asyncio.sleep(0)
    await until(lambda: not server._listener.streams)
    assert server.counters.accepted >= expected


async def test_h077_tasks_of_clients_that_left_are_not_kept() -> None:
    waiting = 0

    async def hangs(call: Call) -> Reply:
        nonlocal waiting
        waiting += 1
        try:
            await asyncio.Event().wait()
        finally:
            waiting -= 1
        return None

    async with serving(hangs) as server:
        for _ in range(20):
            async with connected(server.port) as raw:
                raw.send(read() * 15)  # the window has room, so reading goes on and notices the end
                await until(lambda: waiting == 15)
                raw.reset()
            await until(lambda: not server._listener.streams)
            await until(lambda: waiting == 0 and not server._listener.tasks)


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
async def test_h077_a_client_that_leaves_before_its_request_begins_is_no_warning() -> None:
    async def hangs(call: Call) -> Reply:
        await asyncio.Event().wait()
        return None

    async with serving(hangs) as server, connected(server.port) as raw:
        await until(lambda: server._listener.streams)
        [stream] = server._listener.streams
        stream.get_buffer(0)[: len(read())] = read()
        stream.buffer_updated(len(read()))
        stream.connection_lost(None)  # in the same moment
        stream._transport.abort()
        await until(lambda: not server._listener.tasks)
        gc.collect()
        await raw.rest()


async def test_h078_rst_in_the_middle_of_a_reply_leaves_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    async with serving() as server:
        for _ in range(20):
            async with connected(server.port) as raw:
                raw.send(WIDE * 64)
                await raw.reader.read(10)
                raw.reset()
            await until(lambda: not server._listener.streams)
        async with connected(server.port) as good:
            await good.in_step()
    assert not caplog.records


async def test_h079_a_client_that_vanished_frees_its_slot_and_keep_alive_is_on() -> None:
    async with attacked(limits=Limits(idle=0.1)) as (server, raw):
        await raw.in_step()
        [stream] = server._listener.streams
        sock = stream._transport.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 10
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
        await until(lambda: not server._listener.streams)  # this client never says anything again


async def test_h080_who_is_not_listed_is_closed_before_a_byte_is_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    served = device()
    before = contents(served)
    async with serving(served, allow=["127.0.0.7"]) as server:
        for _ in range(3):
            async with connected(server.port) as raw:
                await raw.send_apart([adu("06 0005 BEEF")])
                assert await raw.rest() == b""
        async with connected(server.port, source="127.0.0.7") as listed:
            await listed.in_step()
        assert server.counters.refused == 3
        assert server.counters.requests + len(server._listener.streams) <= 1
    assert contents(served) == before
    assert len(said(caplog, "127.0.0.1 is not on the allow list (127.0.0.7)")) == 1


@pytest.mark.parametrize("count", [1, 16, 64])
async def test_h082_shutdown_answers_what_is_in_flight(count: int) -> None:
    gate = asyncio.Event()
    served = device()

    @served.holding.on_read
    async def slow(address: int, quantity: int) -> None:
        await gate.wait()

    async with attacked(served) as (server, raw):
        raw.send(b"".join(read(number, 1, number=number) for number in range(count)))
        await until(lambda: len(server._listener.tasks) == min(count, 16))
        stopping = asyncio.create_task(server.stop(PATIENCE))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", server.port)
        gate.set()
        assert await raw.rest() == b"".join(answer(number, 1, number=number) for number in range(count))
        await stopping
        assert not server._listener.tasks


async def test_h082_shutdown_has_a_deadline() -> None:
    async def hangs(call: Call) -> Reply:
        await asyncio.Event().wait()
        return None

    async with attacked(hangs) as (server, raw):
        raw.send(read() * 64)
        await until(lambda: len(server._listener.tasks) == 16)
        await asyncio.wait_for(server.stop(0.05), PATIENCE)
        assert await raw.rest() == b""
        assert not server._listener.tasks
        assert server.counters.causes == {"stopped": 1}


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
async def test_h083_a_jump_of_the_wall_clock_changes_nothing(
    jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = time.time
    async with attacked() as (server, raw), Client(f"tcp://127.0.0.1:{server.port}") as client:
        raw.send(read()[:5])
        monkeypatch.setattr(time, "time", lambda: wall() + jump)
        for number in range(20):
            assert await client.read_holding_registers(number) == [VALUES[number]]
        for stream in list(server._listener.streams):
            stream.check(server._listener.time())
        raw.send(read()[5:])
        assert len(await raw.frames(1)) == 1
        assert not server.counters.causes


async def test_h084_a_slow_handler_and_many_clients_pile_up_no_tasks() -> None:
    calls = 0
    gate = asyncio.Event()

    async def slow(call: Call) -> Reply:
        nonlocal calls
        calls += 1
        await gate.wait()
        return Device(holding={0: [42]})(call)  # type: ignore[return-value]

    limits = Limits(connections=20, per_client=20, in_flight=4)
    async with serving(slow, limits=limits) as server, contextlib.AsyncExitStack() as stack:
        raws = [await stack.enter_async_context(connected(server.port)) for _ in range(20)]
        for raw in raws:
            raw.send(b"".join(read(number=number) for number in range(50)))
        await until(lambda: calls == 80)
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(server._listener.tasks) == 80
        gate.set()
        for raw in raws:
            assert [frame.transaction_id for frame in await raw.frames(50)] == list(range(50))
        assert calls == 1000


async def test_h084_a_handler_that_hangs_is_reported_at_its_deadline(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hangs(call: Call) -> Reply:
        await asyncio.Event().wait()
        return None

    async with attacked(hangs, answer_within=0.05) as (server, raw):
        raw.send(read() * 40)
        assert [frame.pdu for frame in await raw.frames(40)] == [b"\x83\x04"] * 40
        await until(lambda: not server._listener.tasks)
    assert len(caplog.records) == 1  # one line, then counted


async def test_h075_floods_are_logged_once_for_each_cause(caplog: pytest.LogCaptureFixture) -> None:
    limits = Limits(connections=4, per_client=4)
    async with serving(limits=limits) as server, contextlib.AsyncExitStack() as stack:
        for number in range(60):
            junk = number.to_bytes(2, "big") + random.Random(number).randbytes(2) + b"\xff" * 20
            async with connected(server.port) as raw:
                await raw.send_apart([junk])
                await raw.rest()
        for _ in range(60):
            with contextlib.suppress(ConnectionError):
                await stack.enter_async_context(connected(server.port))
        await until(lambda: server.counters.causes["made room"] >= 50)
        assert server.counters.causes["frame"] == 60
    assert len(said(caplog, "not Modbus TCP")) == 1
    assert len(said(caplog, "makes room")) == 1
