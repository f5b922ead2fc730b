"""Who takes too long, and who takes too many connections, with the server as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from port502.site.web_model import WebSettings
from port502.web.connection import HttpConnection, SocketConnection, protocols
from port502.web.gate import Door
from port502.web.server import ToolServer
from port502.web.sessions import Sessions
from port502.web.users import Users

ASKING = b"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
Connect = Callable[..., "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]"]


@asynccontextmanager
async def listening() -> AsyncIterator[Connect]:
    writers: list[asyncio.StreamWriter] = []
    async with ToolServer(WebSettings(port=0)) as server:
        port = int(server.url.rpartition(":")[2])

        async def connect(
            said: bytes = b"", host: str = "127.0.0.1"
        ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
            writers.append(writer)
            writer.write(said)
            return reader, writer

        yield connect  # type: ignore[misc]
        for writer in writers:
            writer.close()


async def ended(reader: asyncio.StreamReader) -> None:
    """Until the server has let go of it."""
    async with asyncio.timeout(5.0):
        try:
            while await reader.read(1000):
                pass
        except ConnectionError:
            pass


async def status(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(5.0):
        return int((await reader.readline()).split()[1])


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a",
        b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\n{",
    ],
)
async def test_who_never_ends_a_request_is_dropped(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpConnection, "patience", 0.05)
    async with listening() as connect:
        reader, _ = await connect(said)
        await ended(reader)


async def test_a_byte_now_and_then_buys_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks: list[float] = []
    original = HttpConnection.data_received

    def watched(self: HttpConnection, data: bytes) -> None:
        original(self, data)
        assert self._hurry is not None
        clocks.append(self._hurry.when())

    monkeypatch.setattr(HttpConnection, "data_received", watched)
    async with listening() as connect:
        _, writer = await connect(b"GET / HTTP/1.1\r\n")
        async with asyncio.timeout(5.0):
            while len(clocks) < 3:
                seen = len(clocks)
                writer.write(b"X")
                while len(clocks) == seen:
                    await asyncio.sleep(0)
    assert len(set(clocks)) == 1


async def test_who_has_asked_may_wait_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpConnection, "patience", 0.05)
    async with listening() as connect:
        reader, writer = await connect(ASKING)
        assert await status(reader) == 200
        for _ in range(2):
            writer.write(ASKING)
        async with asyncio.timeout(5.0):
            assert await reader.readuntil(b"HTTP/1.1 200")
            assert await reader.readuntil(b"HTTP/1.1 200")


async def test_the_oldest_that_asks_nothing_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HttpConnection, "most", 2)
    async with listening() as connect:
        asked, _ = await connect(ASKING)
        assert await status(asked) == 200
        silent, _ = await connect(b"GET")
        reader, _ = await connect(ASKING)
        assert await status(reader) == 200
        await ended(asked)  # answered, and older than the silent one
        reader, _ = await connect(ASKING)
        assert await status(reader) == 200
        await ended(silent)


@pytest.mark.parametrize("kind", [HttpConnection, SocketConnection])
async def test_who_does_not_read_is_let_go(
    kind: type[HttpConnection | SocketConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind, "unread", 0.01)
    config, state = uvicorn.Config(lambda: None), ServerState()
    config.load()

    def made() -> tuple[HttpConnection | SocketConnection, Transport]:
        one = type("AtDoor", (kind,), {"door": door()})(config, state, {})
        one.connection_made(transport := Transport("10.0.0.1"))
        return one, transport

    (slow, given_up), (quick, kept), (gone, lost) = made(), made(), made()
    for one in (quick, gone, slow):
        one.pause_writing()
    quick.resume_writing()
    gone.connection_lost(None)
    async with asyncio.timeout(5.0):
        while not given_up.aborted:
            await asyncio.sleep(0)
    assert not kept.aborted
    assert not lost.aborted
    slow.connection_lost(None)
    quick.connection_lost(None)


class Transport:
    def __init__(self, host: str) -> None:
        self.host = host
        self.aborted = False

    def get_extra_info(self, name: str) -> object:
        return {"peername": (self.host, 5), "sockname": ("127.0.0.1", 80)}.get(name)

    def close(self) -> None:
        pass

    def abort(self) -> None:
        self.aborted = True


def door() -> Door:
    return Door(WebSettings(), Users({}), Sessions())


async def test_a_greedy_address_makes_room_and_a_modest_one_does_not() -> None:
    http, socket = protocols(door())
    http.most = 3
    config, state = uvicorn.Config(lambda: None), ServerState()
    config.load()

    def sockets(host: str) -> Transport:
        one = socket(config, state, {})
        one.connection_made(transport := Transport(host))
        state.connections.add(one)
        return transport

    def arrives(host: str) -> Transport:
        one = http(config, state, {})
        one.connection_made(transport := Transport(host))
        one._calm()
        return transport

    held = [sockets("10.0.0.1"), sockets("10.0.0.1"), sockets("10.0.0.2")]
    more = arrives("10.0.0.1")
    assert more.aborted
    assert not any(one.aborted for one in held)
    state.connections = {one for one in state.connections if isinstance(one, SocketConnection)}
    assert not arrives("10.0.0.3").aborted
    assert [one.aborted for one in held] == [True, False, False]


async def test_nobody_inherits_the_certificate_of_who_was_there_before() -> None:
    the_door = door()
    http, socket = protocols(the_door)
    config, state = uvicorn.Config(lambda: None), ServerState()
    config.load()
    where = ("10.0.0.1", 5)
    the_door.certificates[where] = "of somebody else"
    one = http(config, state, {})
    one.connection_made(Transport("10.0.0.1"))
    assert where not in the_door.certificates
    one._calm()
    the_door.certificates[where] = "shown before the upgrade"
    upgraded = socket(config, state, {})
    upgraded.connection_made(Transport("10.0.0.1"))
    upgraded.connection_lost(None)
    assert where not in the_door.certificates
