"""Bytes to and from one peer, on a bare socket and through a transport."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from port502.transport.stream import BufferedStream, ProtocolStream, SocketStream, Stream
from tests.resets import abort
from tests.scripted import scripted
from tests.transport.ears import Ears, parrot

Opener = Callable[[int, Ears], Awaitable[Stream]]


async def on_a_socket(port: int, ears: Ears) -> Stream:
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setblocking(False)
    await loop.sock_connect(sock, ("127.0.0.1", port))
    return SocketStream(loop, sock, ears)


async def handed_out(port: int, ears: Ears) -> Stream:
    loop = asyncio.get_running_loop()
    _, stream = await loop.create_connection(lambda: ProtocolStream(ears), "127.0.0.1", port)
    return stream


async def in_a_buffer(port: int, ears: Ears) -> Stream:
    loop = asyncio.get_running_loop()
    _, stream = await loop.create_connection(lambda: BufferedStream(ears), "127.0.0.1", port)
    return stream


@pytest.fixture(params=[on_a_socket, handed_out, in_a_buffer])
def opener(request: pytest.FixtureRequest) -> Opener:
    kind: Opener = request.param
    return kind


@contextlib.asynccontextmanager
async def open_stream(opener: Opener, port: int, ears: Ears) -> AsyncIterator[Stream]:
    stream = await opener(port, ears)
    try:
        yield stream
    finally:
        stream.detach()
        await stream.wait_closed()


async def test_what_is_written_arrives_and_what_is_answered_is_reported(opener: Opener) -> None:
    ears = Ears()
    async with scripted(parrot) as port, open_stream(opener, port, ears) as stream:
        stream.write(b"hello ")
        stream.write(b"world")
        async with asyncio.timeout(5):
            while ears.data != b"hello world":
                ears.changed.clear()
                await ears.changed.wait()
    assert ears.lost == []


async def test_the_end_is_reported_once_and_without_an_error(opener: Opener) -> None:
    async def goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        return

    ears = Ears()
    async with scripted(goodbye) as port, open_stream(opener, port, ears) as stream:
        async with asyncio.timeout(5):
            await ears.changed.wait()
        stream.write(b"into the void")
    assert ears.lost == [None]


async def test_a_reset_is_reported_with_its_error(opener: Opener) -> None:
    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        abort(writer.get_extra_info("socket")._sock.dup())

    ears = Ears()
    async with scripted(resets) as port, open_stream(opener, port, ears) as stream:
        stream.write(b"x")
        async with asyncio.timeout(5):
            await ears.changed.wait()
    assert [type(error) for error in ears.lost] == [ConnectionResetError]


async def test_writing_to_a_broken_connection_is_reported_as_lost(opener: Opener) -> None:
    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        abort(writer.get_extra_info("socket")._sock.dup())

    ears = Ears()
    async with scripted(resets) as port, open_stream(opener, port, ears) as stream:
        async with asyncio.timeout(5):
            while not ears.lost:
                stream.write(b"x")
                await asyncio.sleep(0)
    assert len(ears.lost) == 1


async def test_what_the_socket_does_not_take_follows_in_order(opener: Opener) -> None:
    taken = bytearray()
    go_on = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        while data := await reader.read(65536):
            taken.extend(data)
            if len(taken) == 16_000_000:
                writer.write(b"!")

    ears = Ears()
    async with scripted(slow) as port, open_stream(opener, port, ears) as stream:
        expected = bytearray()
        for number in range(1600):
            piece = number.to_bytes(4, "big") * 2500
            stream.write(piece)
            expected += piece
        go_on.set()
        async with asyncio.timeout(20):
            await ears.changed.wait()
        assert taken == expected
    assert not ears.lost


async def test_a_detached_stream_says_nothing_more(opener: Opener) -> None:
    ears = Ears()
    async with scripted(parrot) as port:
        stream = await opener(port, ears)
        stream.write(b"x")
        stream.detach()
        stream.detach()
        stream.write(b"y")
        await stream.wait_closed()
    assert (ears.data, ears.lost) == (b"", [])


async def test_a_socket_tells_what_arrived_before_the_loop_does() -> None:
    ears = Ears()
    mine, theirs = socket.socketpair()
    with theirs:
        mine.setblocking(False)
        stream = SocketStream(asyncio.get_running_loop(), mine, ears)
        assert not stream.has_news()
        theirs.send(b"news")
        assert stream.has_news()
        await ears.changed.wait()
        assert not stream.has_news()
    assert stream.has_news(), "the end is news too"
    stream.detach()
    assert ears.data == b"news"
