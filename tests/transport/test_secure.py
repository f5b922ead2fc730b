"""TLS between a socket and a served stream: alerts, records in any pieces, goodbyes."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from port502.service.call import Call, Reply
from tests.secure import ANSWER, PATIENCE, READ, Plant, ask, connected, until


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


class Inside:
    """A TLS client whose records can be cut, held back and broken, since it keeps its own bytes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> None:
        self.reader, self.writer = reader, writer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")

    async def shake_hands(self, *, piece: int = 1 << 20) -> None:
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self.send(self._outgoing.read(), piece)
                data = await asyncio.wait_for(self.reader.read(65536), PATIENCE)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                await self.send(self._outgoing.read(), piece)
                return

    def records(self, *texts: bytes) -> bytes:
        for text in texts:
            self.tls.write(text)
        return self._outgoing.read()

    async def send(self, data: bytes, piece: int = 1 << 20) -> None:
        for at in range(0, len(data), piece):
            self.writer.write(data[at : at + piece])
            await self.writer.drain()
            await asyncio.sleep(0)

    async def receive(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                self._incoming.write(await asyncio.wait_for(self.reader.read(65536), PATIENCE))
            except ssl.SSLZeroReturnError:
                return found
            else:
                if not data:
                    return found
                found += data
        return found


@contextlib.asynccontextmanager
async def inside(port: int, context: ssl.SSLContext) -> AsyncIterator[Inside]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Inside(reader, writer, context)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_handshake_in_single_bytes_is_a_handshake(plant: Plant) -> None:
    async with plant.serving() as server, inside(server.port, plant.context(plant.client)) as client:
        await client.shake_hands(piece=1)
        await client.send(client.records(READ), piece=1)
        assert await client.receive(len(ANSWER)) == ANSWER


async def test_one_frame_in_many_records_and_many_frames_in_one(plant: Plant) -> None:
    async with plant.serving() as server, inside(server.port, plant.context(plant.client)) as client:
        await client.shake_hands()
        await client.send(client.records(*(READ[at : at + 1] for at in range(len(READ)))))
        assert await client.receive(len(ANSWER)) == ANSWER
        await client.send(client.records(READ * 12 + READ[:5], READ[5:]))
        assert await client.receive(13 * len(ANSWER)) == ANSWER * 13


async def test_a_failed_handshake_is_answered_with_its_alert(plant: Plant) -> None:
    context = plant.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with plant.serving() as server, inside(server.port, context) as client:
        with pytest.raises(ssl.SSLError, match="ALERT"):
            await client.shake_hands()
        assert await asyncio.wait_for(client.reader.read(), PATIENCE) == b""
        assert server.counters.causes == {"no certificate": 1}


async def test_a_broken_record_is_answered_with_its_alert_and_ends_the_session(plant: Plant) -> None:
    async with plant.serving() as server, inside(server.port, plant.context(plant.client)) as client:
        await client.shake_hands()
        await client.send(client.records(READ))
        assert await client.receive(len(ANSWER)) == ANSWER
        bad = bytearray(client.records(READ))
        bad[-1] ^= 1
        await client.send(bytes(bad))
        with pytest.raises(ssl.SSLError, match="BAD_RECORD_MAC"):
            await client.receive(1)
        await until(lambda: server.counters.closed == 1)
        assert server.counters.causes == {"frame": 1}
        assert len(plant.sessions) == 1


async def test_a_client_that_says_goodbye_behind_its_request_is_answered(plant: Plant) -> None:
    gate = asyncio.Event()

    async def service(call: Call) -> Reply:
        await gate.wait()
        reply: Reply = plant.device(call)  # type: ignore[assignment]
        return reply

    async with plant.serving(service) as server, inside(server.port, plant.context(plant.client)) as client:
        await client.shake_hands()
        data = client.records(READ)
        with contextlib.suppress(ssl.SSLWantReadError):
            client.tls.unwrap()
        await client.send(data + client._outgoing.read())
        await until(lambda: server._listener.tasks)  # type: ignore[union-attr]
        gate.set()
        assert (await client.receive(1))[:9] == ANSWER[:9]
        await until(lambda: server.counters.closed == 1)


async def test_more_than_the_window_waits_in_its_records(plant: Plant) -> None:
    async with (
        plant.serving() as server,
        connected(server.port, plant.context(plant.client)) as (reader, writer),
    ):
        writer.write(READ * 3000)
        assert await asyncio.wait_for(reader.readexactly(3000 * len(ANSWER)), PATIENCE) == ANSWER * 3000


async def test_the_server_says_goodbye(plant: Plant) -> None:
    async with plant.serving() as server, inside(server.port, plant.context(plant.client)) as client:
        await client.shake_hands()
        await client.send(client.records(READ))
        await client.receive(len(ANSWER))
        stopping = asyncio.create_task(server.stop())
        assert await client.receive(1) == b""
        await stopping


def test_the_same_on_uvloop(plant: Plant) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def talk() -> None:
        async with plant.serving() as server:
            with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
                await ask(server.port, plant.context())
            async with connected(server.port, plant.context(plant.client)) as (reader, writer):
                writer.write(READ * 3000)
                await asyncio.wait_for(reader.readexactly(3000 * len(ANSWER)), PATIENCE)
            await until(lambda: server.counters.closed == 2)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(talk())
    assert plant.sessions[-1].role == "operator"
