"""A connection on which every byte counts."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

from port502.transport.probe.attempt import Place, attempt
from port502.transport.probe.line import FIN, MOST, RST, Line

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def line_to(handler: Handler) -> AsyncIterator[Line]:
    """A line to a server that a handler plays."""
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await handler(reader, writer)
        writer.close()
        ended.set()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    _, sock = await attempt(Place("127.0.0.1", server.sockets[0].getsockname()[1]), 2.0)
    assert sock is not None
    line = await Line.over(sock)
    try:
        yield line
    finally:
        await line.close()
        await asyncio.wait_for(ended.wait(), 5)
        server.close()
        await server.wait_closed()


async def test_what_comes_is_heard_until_it_is_enough() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(3))
        await reader.read()

    async with line_to(handler) as line:
        line.send(b"abc")
        assert await line.listen(5.0, lambda data: len(data) == 3) == b"abc"
        assert line.is_open
        assert await line.listen(0.01) == b""


async def test_an_end_in_good_order_is_told_from_a_reset() -> None:
    async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"bye")

    async with line_to(closes) as line:
        assert await line.listen(5.0, lambda data: False) == b"bye"
        assert (line.ending, line.is_open) == (FIN, False)
        assert line.ended_after < 5

    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with line_to(resets) as line:
        line.send(b"?")
        assert await line.listen(5.0) == b""
        assert line.ending == RST
        assert line.error is not None


async def test_of_a_peer_that_never_stops_talking_so_much_is_kept() -> None:
    async def babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x" * 4096)
            await writer.drain()

    async with line_to(babbles) as line:
        heard = await line.listen(30.0, lambda data: False)
        assert MOST <= len(heard) < 2 * MOST


async def test_the_kernels_books_are_open_while_the_line_is() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with line_to(handler) as line:
        line.send(b"abc")
        await line.listen(0.05)
        info = line.info()
        assert info is None or info.acknowledged
