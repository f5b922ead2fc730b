"""A listener in front of a service, with clients that behave and clients that do not."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from port502.errors import ConnectError, IllegalDataAddressError
from port502.protocol.mbap import MbapFraming
from port502.protocol.register_access import ReadHoldingRegistersResponse
from port502.service.access import Networks
from port502.service.admission import Limits
from port502.service.call import Call, Reply, Service
from port502.service.device import Device
from port502.service.units import Units
from port502.transport.listener import Listener
from port502.transport.url import Target

READ = bytes.fromhex("0007 0000 0006 01 03 0000 0001")
ANSWER = bytes.fromhex("0007 0000 0005 01 03 02 002A")
HERE = Target("tcp", "127.0.0.1", 0)


@contextlib.asynccontextmanager
async def listening(service: Service | None = None, **settings: Any) -> AsyncIterator[Listener]:
    listener = Listener(service or Units(Device(holding={0: [42]})), HERE, **settings)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop(0.5)


@contextlib.asynccontextmanager
async def client(listener: Listener) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def ended(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(5):
        try:
            return await reader.read(1) == b""
        except ConnectionError:
            return True


async def test_a_request_is_answered() -> None:
    async with listening() as listener, client(listener) as (reader, writer):
        writer.write(READ)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        assert listener.counters.accepted == 1


async def test_requests_of_one_segment_get_their_replies_in_one_write() -> None:
    async with listening() as listener, client(listener) as (reader, writer):
        writer.write(READ * 8)
        assert await reader.read(4096) == ANSWER * 8


async def test_a_service_that_waits_is_answered_in_order_with_one_that_does_not() -> None:
    gate = asyncio.Event()

    def service(call: Call) -> Any:
        if call.unit == 1:
            return waiting()
        return ReadHoldingRegistersResponse(b"\0\2")

    async def waiting() -> Reply:
        await gate.wait()
        return ReadHoldingRegistersResponse(b"\0\1")

    async with listening(service) as listener, client(listener) as (reader, writer):
        writer.write(READ + READ.replace(b"\x01\x03", b"\x02\x03"))
        await asyncio.sleep(0)
        while not listener.tasks:
            await asyncio.sleep(0)
        gate.set()
        replies = MbapFraming().receive(await reader.readexactly(2 * len(ANSWER)))
        assert [frame.unit for frame in replies] == [1, 2]


async def test_a_service_that_fails_is_answered_with_exception_04_h66(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def service(call: Call) -> Reply:
        raise ZeroDivisionError

    async with listening(service) as listener, client(listener) as (reader, writer):
        writer.write(READ)
        assert (await reader.readexactly(9))[-2:] == b"\x83\x04"
    assert "ZeroDivisionError" in caplog.text


async def test_a_service_may_refuse_by_raising(caplog: pytest.LogCaptureFixture) -> None:
    async def service(call: Call) -> Reply:
        raise IllegalDataAddressError(call.request.function)

    async with listening(service) as listener, client(listener) as (reader, writer):
        writer.write(READ)
        assert (await reader.readexactly(9))[-2:] == b"\x83\x02"
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_service_that_hangs_is_answered_with_exception_04_at_its_deadline_h66() -> None:
    async def service(call: Call) -> Reply:
        await asyncio.Event().wait()
        return None

    async with listening(service, answer_within=0.03) as listener, client(listener) as (reader, writer):
        writer.write(READ)
        assert (await reader.readexactly(9))[-2:] == b"\x83\x04"


async def test_who_is_not_on_the_allow_list_is_closed_before_a_byte_is_read_h80(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening(allow=Networks(["192.0.2.0/24"])) as listener, client(listener) as (reader, _writer):
        assert await ended(reader)
        assert listener.counters.refused == 1
    assert "not on the allow list" in caplog.text


async def test_the_longest_unused_connection_makes_room() -> None:
    limits = Limits(connections=2, per_client=2)
    async with (
        listening(limits=limits) as listener,
        client(listener) as (first, _),
        client(listener) as (second, two),
    ):
        two.write(READ)
        await second.readexactly(len(ANSWER))
        async with client(listener) as (third, three):
            three.write(READ)
            assert await third.readexactly(len(ANSWER)) == ANSWER
            assert await ended(first)
            two.write(READ)
            assert await second.readexactly(len(ANSWER)) == ANSWER


async def test_silent_and_half_spoken_connections_are_closed_h70_h71(
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = Limits(idle=0.08, frame=0.04)
    async with (
        listening(limits=limits) as listener,
        client(listener) as (idle, _),
        client(listener) as (half, writer),
    ):
        writer.write(READ[:5])
        assert await ended(half)
        assert await ended(idle)
    assert "5 bytes of a frame" in caplog.text
    assert "no request for" in caplog.text


async def test_junk_is_closed_and_named_h16(caplog: pytest.LogCaptureFixture) -> None:
    async with listening() as listener, client(listener) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await ended(reader)
    assert "HTTP" in caplog.text


async def test_valid_requests_before_junk_are_answered_first() -> None:
    async with listening() as listener, client(listener) as (reader, writer):
        writer.write(READ + b"GET / HTTP/1.1\r\n\r\n")
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        assert await ended(reader)


async def test_a_request_followed_by_the_end_is_still_answered_h20() -> None:
    async with listening() as listener, client(listener) as (reader, writer):
        writer.write(READ)
        writer.write_eof()
        assert await reader.read() == ANSWER


async def test_a_waiting_request_followed_by_the_end_is_still_answered() -> None:
    async def service(call: Call) -> Reply:
        await asyncio.sleep(0)
        return ReadHoldingRegistersResponse(b"\0\x2a")

    async with listening(service) as listener, client(listener) as (reader, writer):
        writer.write(READ)
        writer.write_eof()
        assert await reader.read() == ANSWER


async def test_more_requests_than_the_window_are_all_answered_in_order_h14() -> None:
    async def service(call: Call) -> Reply:
        await asyncio.sleep(0)
        return ReadHoldingRegistersResponse(b"\0\x2a")

    async with (
        listening(service, limits=Limits(in_flight=4)) as listener,
        client(listener) as (reader, writer),
    ):
        writer.write(b"".join(number.to_bytes(2, "big") + READ[2:] for number in range(100)))
        replies = MbapFraming().receive(await reader.readexactly(100 * len(ANSWER)))
        assert [frame.transaction_id for frame in replies] == list(range(100))
        assert len(listener.tasks) <= 4


async def test_a_client_that_never_reads_is_stopped_and_closed_h74(caplog: pytest.LogCaptureFixture) -> None:
    wide = bytes.fromhex("0007 0000 0006 01 03 0000 007D")
    device = Units(Device(holding={0: [0] * 125}))
    async with listening(device, stall=0.05, limits=Limits(idle=0.2, frame=0.2)) as listener:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", listener.port))
            deaf.setblocking(False)
            async with asyncio.timeout(20):
                while not listener.streams:
                    await asyncio.sleep(0)
                while listener.streams:
                    with contextlib.suppress(BlockingIOError, ConnectionError):
                        deaf.send(wide * 1000)
                    await asyncio.sleep(0)
    assert "did not read its replies" in caplog.text


async def test_faster_than_the_rate_limit_is_answered_when_it_is_due_h76() -> None:
    clock = asyncio.get_running_loop().time
    async with (
        listening(limits=Limits(requests_per_second=50)) as listener,
        client(listener) as (reader, writer),
    ):
        began = clock()
        writer.write(READ * 60)
        assert await reader.readexactly(60 * len(ANSWER)) == ANSWER * 60
        assert clock() - began > 0.15


async def test_stopping_answers_what_is_in_flight_h82() -> None:
    gate = asyncio.Event()

    async def service(call: Call) -> Reply:
        await gate.wait()
        return ReadHoldingRegistersResponse(b"\0\x2a")

    async with listening(service) as listener, client(listener) as (reader, writer):
        writer.write(READ * 3)
        while len(listener.tasks) < 3:
            await asyncio.sleep(0)
        stopping = asyncio.create_task(listener.stop(5))
        await asyncio.sleep(0)
        gate.set()
        assert await reader.read() == ANSWER * 3
        await stopping


async def test_stopping_does_not_wait_for_ever() -> None:
    async def service(call: Call) -> Reply:
        await asyncio.Event().wait()
        return None

    async with listening(service) as listener, client(listener) as (reader, writer):
        writer.write(READ)
        while not listener.tasks:
            await asyncio.sleep(0)
        await listener.stop(0.02)
        assert await ended(reader)


async def test_a_port_that_is_taken_is_told_with_its_holder() -> None:
    async with listening() as listener:
        other = Listener(Units(Device()), Target("tcp", "127.0.0.1", listener.port))
        with pytest.raises(ConnectError, match=r"listens there already; stop it or choose another port"):
            await other.start()


async def test_a_serial_server_carries_out_nothing_that_comes_without_its_checksum() -> None:
    device = Device(holding={0: [42]})
    listener = Listener(Units(device), Target("rtu+tcp", "127.0.0.1", 0))
    await listener.start()
    try:
        async with client(listener) as (reader, writer):
            writer.write(bytes.fromhex("0001 0000 0006 01 06 0000 0007"))  # the same write as on tcp://
            writer.write_eof()
            assert await reader.read() == b""
    finally:
        await listener.stop(0.5)
    assert device.holding.read(0) == [42]


async def test_rtu_over_tcp_is_answered_and_resynchronises_after_noise_h23() -> None:
    from port502.protocol.rtu import RtuFraming

    rtu = RtuFraming("client")
    listener = Listener(Units(Device(holding={0: [42]})), Target("rtu+tcp", "127.0.0.1", 0))
    await listener.start()
    try:
        async with client(listener) as (reader, writer):
            writer.write(rtu.encode(0, 1, bytes.fromhex("03 0000 0001")))
            assert await reader.readexactly(7) == rtu.encode(0, 1, bytes.fromhex("03 02 002A"))
            writer.write(b"\xff\x00\x12noise")
            (stream,) = listener.streams
            while stream._silence is None or not stream._connection._framing.pending:
                await asyncio.sleep(0)
            while stream._connection._framing.pending:
                await asyncio.sleep(0)
            writer.write(rtu.encode(0, 1, bytes.fromhex("03 0000 0001")))
            assert await reader.readexactly(7) == rtu.encode(0, 1, bytes.fromhex("03 02 002A"))
    finally:
        await listener.stop(0.5)


async def test_connections_come_and_go_without_a_trace_h77() -> None:
    async with listening() as listener:
        for _ in range(200):
            _, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        async with asyncio.timeout(5):
            while listener.streams:
                await asyncio.sleep(0)
        assert len(listener.admission) == 0
        assert not listener.tasks
