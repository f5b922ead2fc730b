"""TLS clients that finish no handshake, with the server as it is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from port502.cli.loop import run
from port502.site.web_model import WebSettings
from port502.web import server as module
from port502.web.doorstep import Doorway
from port502.web.server import ToolServer
from tests.certificates import Authority

HELLO = bytes.fromhex("16030100f4010000")
"""How a handshake begins, and no more of it."""


class Rig:
    """A server with TLS, and clients that say what they like."""

    def __init__(self, server: ToolServer, context: ssl.SSLContext) -> None:
        self.server = server
        self.context = context
        self.port = int(server.url.rpartition(":")[2])
        self.writers: list[asyncio.StreamWriter] = []

    @property
    def doorway(self) -> Doorway:
        assert self.server._doorway is not None
        return self.server._doorway

    async def connect(self, said: bytes = b"", host: str = "127.0.0.1") -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(host, 0))
        self.writers.append(writer)
        writer.write(said)
        return reader

    async def is_served(self) -> bool:
        async with httpx.AsyncClient(verify=self.context, trust_env=False) as client:
            return (await client.get(f"{self.server.url}/api/v1/me", timeout=20)).status_code == 200

    async def waiting(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.doorway) != count:
                await asyncio.sleep(0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@asynccontextmanager
async def rig(authority: Authority) -> AsyncIterator[Rig]:
    pair = authority.server()
    settings = WebSettings(port=0, certificate=pair.certificate, key=pair.key)
    async with ToolServer(settings) as server:
        made = Rig(server, ssl.create_default_context(cafile=str(authority.certificate)))
        yield made
        for writer in made.writers:
            writer.close()


def doorways(monkeypatch: pytest.MonkeyPatch, *, most: int = 100, patience: float = 10.0) -> None:
    monkeypatch.setattr(module, "Doorway", lambda *given: Doorway(*given, most=most, patience=patience))


async def ended(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(20):
        try:
            while await reader.read(1000):
                pass
        except ConnectionError:
            pass


@pytest.mark.parametrize("said", [b"", HELLO, b"GET / HTTP/1.1\r\n\r\n"])
async def test_who_never_finishes_a_handshake_is_dropped(
    said: bytes, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    doorways(monkeypatch, patience=0.05)
    async with rig(authority) as one:
        await ended(await one.connect(said))
        await one.waiting(0)
    async with rig(authority) as one:
        await one.connect()
        await one.waiting(1)


async def test_the_oldest_of_the_greediest_address_makes_room(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    doorways(monkeypatch, most=3)
    async with rig(authority) as one:
        modest = await one.connect(HELLO, "127.0.0.2")
        await one.waiting(1)
        greedy = [await one.connect(HELLO, "127.0.0.3") for _ in range(4)]
        for reader in greedy[:2]:
            await ended(reader)
        await one.waiting(3)
        assert await one.is_served()
        assert not modest.at_eof()


async def test_what_comes_with_the_last_word_of_the_handshake_is_heard(authority: Authority) -> None:
    async with rig(authority) as one:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = one.context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        reader = await one.connect()
        writer = one.writers[-1]
        async with asyncio.timeout(20):
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    writer.write(outgoing.read())
                    incoming.write(await reader.read(65536))
            tls.write(b"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            writer.write(outgoing.read())  # the end of the handshake and the request, in one piece
            said = b""
            while b"HTTP/1.1 200" not in said:
                incoming.write(await reader.read(65536))
                try:
                    said += tls.read(65536)
                except ssl.SSLWantReadError:
                    continue


async def test_the_end_of_the_server_is_the_end_of_who_waits(authority: Authority) -> None:
    async with rig(authority) as one:
        reader = await one.connect(HELLO)
        await one.waiting(1)
        await one.server.stop()
        await ended(reader)


def test_many_handshakes_at_once_lose_no_word_on_the_loop_that_commands_run_on(authority: Authority) -> None:
    async def main() -> None:
        async with rig(authority) as one:
            assert all(await asyncio.gather(*(one.is_served() for _ in range(30))))

    run(main())
