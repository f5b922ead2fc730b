"""A client that can only send bytes and look at what comes back, and the server it does that to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterable
from typing import Any

from port502.protocol.framing import Frame
from port502.protocol.mbap import MbapFraming
from port502.server import Server
from port502.service.call import Service
from port502.service.device import Device

PATIENCE = 20.0
"""Seconds after which something that should happen at once is said to hang: generous, for busy machines."""

VALUES = [(31 * address + 7) & 0xFFFF for address in range(200)]
COILS = [address % 3 == 0 for address in range(64)]
READ_ONLY = range(100, 110)
RECORDS = list(range(1000, 1200))
QUEUE = [5, 6, 7]


def device(**options: Any) -> Device:
    """A device with something in every table, some of it read-only, files and queues."""
    return Device(
        holding={0: VALUES, 65530: [1, 2, 3, 4, 5, 6]},
        input={0: VALUES},
        coil={0: COILS},
        discrete={0: COILS},
        read_only={"holding": [READ_ONLY], "coil": [range(40, 44)]},
        files={4: {0: RECORDS}, 9: {9990: list(range(10))}},
        fifo={10: QUEUE},
        **options,
    )


def contents(served: Device) -> list[tuple[str, int, bytes]]:
    """Every bit that a device holds."""
    tables = [served.holding, served.input, served.coil, served.discrete]
    tables += [served.files[number] for number in served.files]
    stored = [(table.name, found.start, bytes(found.data)) for table in tables for found in table._ranges]
    return [*stored, ("fifo", 10, repr(served.fifo[10]).encode())]


def adu(pdu: bytes | str, *, number: int = 7, unit: int = 1, length: int | None = None) -> bytes:
    """A Modbus TCP frame whose length field may lie."""
    body = bytes.fromhex(pdu) if isinstance(pdu, str) else pdu
    size = len(body) + 1 if length is None else length
    return struct.pack(">HHHB", number, 0, size, unit) + body


def read(address: int = 0, quantity: int = 1, *, number: int = 7, unit: int = 1) -> bytes:
    """A request for holding registers."""
    return adu(struct.pack(">BHH", 3, address, quantity), number=number, unit=unit)


def answer(address: int = 0, quantity: int = 1, *, number: int = 7, unit: int = 1) -> bytes:
    """What the device answers to it."""
    values = VALUES[address : address + quantity]
    return adu(bytes((3, 2 * quantity)) + struct.pack(f">{quantity}H", *values), number=number, unit=unit)


class Raw:
    """A TCP connection of raw bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._framing = MbapFraming()
        self._frames: list[Frame] = []

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)

    async def send_apart(self, pieces: Iterable[bytes]) -> None:
        """Each piece in a segment of its own, as far as anybody can say that of TCP; none after the peer closed."""
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()
                await asyncio.sleep(0)

    async def frames(self, count: int) -> list[Frame]:
        """The next replies, in the order in which they come."""
        async with asyncio.timeout(PATIENCE):
            while len(self._frames) < count:
                data = await self.reader.read(65536)
                assert data, f"closed after {len(self._frames)} of {count} replies"
                self._frames += self._framing.receive(data)
        taken, self._frames = self._frames[:count], self._frames[count:]
        return taken

    async def ask(self, pdu: bytes | str, *, number: int = 7, unit: int = 1) -> bytes:
        """Send one request and return the PDU of its one reply."""
        self.send(adu(pdu, number=number, unit=unit))
        [frame] = await self.frames(1)
        assert (frame.transaction_id, frame.unit) == (number, unit)
        return frame.pdu

    async def in_step(self, number: int = 0x5151) -> None:
        """The next valid request is answered right, and nothing else comes."""
        self.send(read(3, 2, number=number))
        [frame] = await self.frames(1)
        assert adu(frame.pdu, number=frame.transaction_id, unit=frame.unit) == answer(3, 2, number=number)
        assert not self._frames
        assert not self._framing.pending

    async def rest(self) -> bytes:
        """Everything up to the end of the connection, which has to come."""
        data = b""
        async with asyncio.timeout(PATIENCE):
            try:
                while piece := await self.reader.read(65536):
                    data += piece
            except ConnectionError:
                pass
        return data

    def end(self) -> None:
        """Say that nothing more comes, if anybody is there to hear it."""
        with contextlib.suppress(OSError):
            self.writer.write_eof()

    def reset(self) -> None:
        """Close with RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@contextlib.asynccontextmanager
async def connected(port: int, *, source: str = "127.0.0.1") -> AsyncIterator[Raw]:
    """A raw client of the server at that port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def serving(
    service: Service | None = None, url: str = "tcp://127.0.0.1:0", **options: Any
) -> AsyncIterator[Server]:
    """A real server on a port that the system chose."""
    server = Server(service or device(), url, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(0.5)


@contextlib.asynccontextmanager
async def attacked(service: Service | None = None, **options: Any) -> AsyncIterator[tuple[Server, Raw]]:
    """A real server and one raw client of it."""
    async with serving(service, **options) as server, connected(server.port) as raw:
        yield server, raw


async def until(condition: Any) -> None:
    """Wait for a state, with a deadline."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0)
