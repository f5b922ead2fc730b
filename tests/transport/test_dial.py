"""Opening asyncio streams."""

from __future__ import annotations

import asyncio
import socket

import pytest

from port502.errors import ConnectError
from port502.transport.dial import Stream, dial
from port502.transport.sockets import Keepalive
from port502.transport.url import Target
from tests.resets import abort
from tests.scripted import scripted


class Ears:
    """Hears what a stream says."""

    def __init__(self) -> None:
        self.data = b""
        self.lost: list[Exception | None] = []
        self.changed = asyncio.Event()

    def stream_received(self, stream: Stream, data: bytes) -> None:
        self.data += data
        self.changed.set()

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        self.lost.append(error)
        self.changed.set()


async def parrot(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


async def test_bytes_go_both_ways_and_options_are_set() -> None:
    ears = Ears()
    async with scripted(parrot) as port:
        stream = await dial(Target("tcp", "127.0.0.1", port), ears, timeout=5, keepalive=Keepalive())
        sock = stream.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        stream.write(b"hello")
        await ears.changed.wait()
        assert ears.data == b"hello"
        stream.detach()
        await stream.closed.wait()
    assert ears.lost == []


async def test_the_end_is_reported_once() -> None:
    async def goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        return

    ears = Ears()
    async with scripted(goodbye) as port:
        await dial(Target("tcp", "127.0.0.1", port), ears, timeout=5)
        await ears.changed.wait()
    assert ears.lost == [None]


async def test_a_refused_connection_says_so() -> None:
    with pytest.raises(ConnectError, match="refused"):
        await dial(Target("tcp", "127.0.0.1", unused_port()), Ears(), timeout=5)


async def test_a_name_that_is_none_says_so() -> None:
    with pytest.raises(ConnectError, match=r"resolved|host name"):
        await dial(Target("tcp", "no-such-host.invalid", 502), Ears(), timeout=5)
    with pytest.raises(ConnectError, match=r"host name|resolved"):
        await dial(Target("tcp", "x" * 70 + ".local", 502), Ears(), timeout=5)


async def test_the_next_address_of_a_name_is_tried_h134(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = unused_port()
    async with scripted(parrot) as port:
        loop = asyncio.get_running_loop()

        async def two_addresses(*_: object, **__: object) -> list[object]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, ("127.0.0.1", dead)), (*kind, ("127.0.0.1", port))]

        monkeypatch.setattr(loop, "getaddrinfo", two_addresses)
        stream = await dial(Target("tcp", "meter", 502), Ears(), timeout=5)
        stream.detach()
        await stream.closed.wait()


async def test_a_source_address_is_used() -> None:
    peers: list[str] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peers.append(writer.get_extra_info("peername")[0])

    ears = Ears()
    async with scripted(note) as port:
        await dial(Target("tcp", "127.0.0.1", port), ears, timeout=5, source="127.0.0.9")
        await ears.changed.wait()
    assert peers == ["127.0.0.9"]


async def test_a_source_that_is_not_ours_says_so() -> None:
    with pytest.raises(ConnectError, match=r"not one of this machine|assign"):
        await dial(Target("tcp", "127.0.0.1", unused_port()), Ears(), timeout=5, source="192.0.2.1")


async def test_nobody_home_is_a_timeout_with_words() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = []
        try:
            for _ in range(3):  # the queue of the kernel is full: the next SYN is not answered
                filler = socket.socket()
                filler.setblocking(False)
                fillers.append(filler)
                filler.connect_ex(full.getsockname())
            with pytest.raises(ConnectError, match=r"no answer within 0\.1 s"):
                await dial(Target("tcp", *full.getsockname()), Ears(), timeout=0.1)
        finally:
            for filler in fillers:
                filler.close()


async def test_a_serial_port_that_is_not_there_says_so() -> None:
    pytest.importorskip("serialx")
    with pytest.raises(ConnectError, match="could not open rtu:///dev/none"):
        await dial(Target("rtu", device="/dev/none"), Ears(), timeout=5)


async def test_what_the_socket_does_not_take_goes_through_the_transport_in_order() -> None:
    taken = bytearray()
    go_on = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        while data := await reader.read(65536):
            taken.extend(data)
            if len(taken) == 16_000_000:
                writer.write(b"!")

    ears = Ears()
    async with scripted(slow) as port:
        stream = await dial(Target("tcp", "127.0.0.1", port), ears, timeout=5)
        expected = bytearray()
        for number in range(1600):
            piece = number.to_bytes(4, "big") * 2500
            stream.write(piece)
            expected += piece
        assert stream.transport.get_write_buffer_size() > 0
        go_on.set()
        async with asyncio.timeout(20):
            await ears.changed.wait()
        assert taken == expected
        stream.detach()
        await stream.closed.wait()


async def test_writing_to_a_broken_connection_is_reported_as_lost() -> None:
    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        abort(writer.get_extra_info("socket")._sock.dup())

    ears = Ears()
    async with scripted(resets) as port:
        stream = await dial(Target("tcp", "127.0.0.1", port), ears, timeout=5)
        while not ears.lost:
            stream.write(b"x")
            await asyncio.sleep(0)
    assert len(ears.lost) == 1
