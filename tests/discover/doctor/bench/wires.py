"""Whatever else may listen on a port: other protocols, echoes, servers that hang; and nobody at all."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from port502.discover.doctor.question import Question
from port502.server import Server
from port502.simulate.effects import AcceptClose
from tests.discover.doctor.bench.devices import faulty
from tests.discover.doctor.bench.scenario import asked, on_loopback
from tests.peers.ports import free_port
from tests.simulate.faulty import device, rule

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(handler: Handler, **more: Any) -> AsyncIterator[Question]:
    """The question about a server that a handler plays."""
    running: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield asked(f"tcp://127.0.0.1:{port}", **more)
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


@on_loopback("NAME.NONE", "a name that nobody knows")
@contextlib.asynccontextmanager
async def no_name(folder: Path) -> AsyncIterator[Question]:
    yield asked("tcp://no-such-plc.invalid:502")


@on_loopback("TCP.REFUSED_RST", "a port that nothing listens on")
@contextlib.asynccontextmanager
async def closed_port(folder: Path) -> AsyncIterator[Question]:
    yield asked(f"tcp://127.0.0.1:{free_port()}")


@on_loopback("TCP.LIMIT", "a server that ends every connection at once")
def at_once(folder: Path) -> Any:
    return faulty(rule(AcceptClose()))


@on_loopback("TCP.HUNG", "a program that listens and never accepts, its backlog full after one")
@contextlib.asynccontextmanager
async def hung(folder: Path) -> AsyncIterator[Question]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        yield asked(f"tcp://127.0.0.1:{sock.getsockname()[1]}")


@on_loopback("APP.NOT_MODBUS", "a web server on the port")
def web_server(folder: Path) -> Any:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(12)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        await writer.drain()

    return listening(handler)


@on_loopback("APP.NOT_MODBUS", "an SSH server on the port")
def ssh_server(folder: Path) -> Any:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await reader.read()

    return listening(handler)


@on_loopback("APP.NOT_MODBUS", "a server that talks nonsense without end")
def babbler(folder: Path) -> Any:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes(range(1, 200)) * 10)
            await writer.drain()
            await asyncio.sleep(0)

    return listening(handler)


@on_loopback("MB.ECHO", "an echo in place of a device")
def echo(folder: Path) -> Any:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(260):
            writer.write(data)

    return listening(handler)


@on_loopback("APP.RTU_OVER_TCP", "a transparent serial server: RTU frames over TCP")
@contextlib.asynccontextmanager
async def rtu_over_tcp(folder: Path) -> AsyncIterator[Question]:
    async with Server(device(), "rtu+tcp://127.0.0.1:0") as server:
        port = server.url.rpartition(":")[2]
        yield asked(f"tcp://127.0.0.1:{port}", deep=True)
