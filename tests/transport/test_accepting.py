"""Accepting connections, and going on after there was no descriptor left."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from port502.transport import accepting
from port502.transport.accepting import BATCH, Acceptor


class Guest(asyncio.Protocol):
    made: list[Guest]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.made.append(self)


class House:
    """An acceptor whose guests are noted."""

    def __init__(self) -> None:
        self.guests: list[Guest] = []
        self.complaints: list[str] = []
        kind = type("Noted", (Guest,), {"made": self.guests})
        self.acceptor = Acceptor(kind, exhausted=self.complaints.append)


@contextlib.asynccontextmanager
async def house() -> AsyncIterator[tuple[House, int]]:
    built = House()
    port = await built.acceptor.listen("127.0.0.1", 0, backlog=256)
    try:
        yield built, port
    finally:
        await built.acceptor.close()
        for guest in built.guests:
            guest.transport.abort()  # type: ignore[attr-defined]
        await asyncio.sleep(0)


async def reached(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0)


async def test_each_connection_gets_a_protocol() -> None:
    async with house() as (built, port):
        with contextlib.ExitStack() as stack:
            for _ in range(2 * BATCH + 1):
                stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            await reached(lambda: len(built.guests) == 2 * BATCH + 1)
        assert not built.complaints


async def test_a_taken_port_is_an_error_and_leaves_no_socket() -> None:
    async with house() as (_, port):
        second = House()
        with pytest.raises(OSError) as caught:
            await second.acceptor.listen("127.0.0.1", port, backlog=1)
        assert caught.value.errno == errno.EADDRINUSE
        assert not second.acceptor._sockets


async def test_a_name_with_several_addresses_is_listened_on_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()

    async def both(host: str | None, port: int, **_: Any) -> list[Any]:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("127.0.0.1", port)), (*stream, ("127.0.0.2", port))]

    monkeypatch.setattr(loop, "getaddrinfo", both)
    async with house() as (built, _):
        places = [sock.getsockname() for sock in built.acceptor._sockets]
        for place in places:
            socket.create_connection(place).close()
        await reached(lambda: len(built.guests) == 2)


async def test_without_descriptors_it_says_so_once_waits_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "PAUSE", 0.01)
    async with house() as (built, port):
        [listening] = built.acceptor._sockets
        exhausted = Exhausted(listening, times=3)
        asyncio.get_running_loop().remove_reader(listening)
        built.acceptor._sockets[:] = [exhausted]  # type: ignore[list-item]
        asyncio.get_running_loop().add_reader(listening, built.acceptor._accept, exhausted)
        with socket.create_connection(("127.0.0.1", port)):
            await reached(lambda: built.guests)
        assert len(built.complaints) == 3
        assert "ulimit" in built.complaints[0]


async def test_closing_while_it_waits_for_descriptors_leaves_nothing_behind() -> None:
    async with house() as (built, port):
        [listening] = built.acceptor._sockets
        exhausted = Exhausted(listening, times=1)
        with socket.create_connection(("127.0.0.1", port)):
            built.acceptor._accept(exhausted)  # type: ignore[arg-type]
            assert built.acceptor._pauses
            await built.acceptor.close()
        assert all(pause.cancelled() for pause in built.acceptor._pauses.values())


class Exhausted:
    """A listening socket of a process whose descriptors are used up for a while."""

    def __init__(self, sock: socket.socket, times: int) -> None:
        self._sock = sock
        self._times = times

    def accept(self) -> tuple[socket.socket, Any]:
        if self._times:
            self._times -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self._sock.accept()

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()


async def test_a_client_that_vanished_before_it_was_accepted_is_passed_over() -> None:
    async with house() as (built, port):
        [listening] = built.acceptor._sockets

        class Aborted(Exhausted):
            def accept(self) -> tuple[socket.socket, Any]:
                if self._times:
                    self._times -= 1
                    raise ConnectionAbortedError
                return self._sock.accept()

        with socket.create_connection(("127.0.0.1", port)):
            built.acceptor._accept(Aborted(listening, times=2))  # type: ignore[arg-type]
            await reached(lambda: built.guests)
        assert not built.complaints
