"""A TCP server that does what a test says, good manners or bad."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def scripted(*handlers: Handler) -> AsyncIterator[int]:
    """Serve each connection with the next handler, the last one again and again; gives the port.

    A handler's connection is closed when it returns; those still running are cancelled at the end.
    """
    waiting = list(handlers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    def start(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        task.add_done_callback(lambda _: writer.close())  # even if it was cancelled before its first step
        started.append(task)

    started: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(start, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for sock in server.sockets:
            asyncio.get_running_loop().remove_reader(sock.fileno())
        for _ in range(10):
            await asyncio.sleep(0)  # a connection that was being accepted gets its task now
        server.close()
        await server.wait_closed()
        while running := [task for task in started if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)


async def request(reader: asyncio.StreamReader) -> tuple[bytes, int, bytes]:
    """The next request: its transaction id, unit and PDU."""
    header = await reader.readexactly(7)
    pdu = await reader.readexactly(int.from_bytes(header[4:6], "big") - 1)
    return header[:2], header[6], pdu


def reply(number: bytes, unit: int, pdu: bytes) -> bytes:
    """The frame that answers it."""
    return number + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes((unit,)) + pdu


def registers(pdu: bytes, value: int = 42) -> bytes:
    """The response to a register read, each register of the same value."""
    quantity = int.from_bytes(pdu[3:5], "big")
    return bytes((pdu[0], 2 * quantity)) + value.to_bytes(2, "big") * quantity


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A well-behaved server of register reads."""
    while True:
        number, unit, pdu = await request(reader)
        writer.write(reply(number, unit, registers(pdu)))
        await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes everything, says nothing."""
    while await reader.read(1024):
        pass


async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accepts, then closes before anything was said."""
