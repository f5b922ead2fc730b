"""Opening asyncio streams."""

from __future__ import annotations

import asyncio
import socket

import pytest

from port502.errors import ConnectError
from port502.transport.dial import dial
from port502.transport.sockets import Keepalive, tune
from port502.transport.url import Target
from tests.scripted import scripted
from tests.transport.ears import Ears, parrot


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


async def test_bytes_go_both_ways_and_options_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    tuned: list[socket.socket] = []

    def noting(sock: socket.socket, keepalive: Keepalive | None) -> None:
        tune(sock, keepalive)
        tuned.append(sock)

    monkeypatch.setattr("port502.transport.dial.tune", noting)
    ears = Ears()
    async with scripted(parrot) as port:
        stream = await dial(Target("tcp", "127.0.0.1", port), ears, timeout=5, keepalive=Keepalive())
        assert tuned[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        stream.write(b"hello")
        await ears.changed.wait()
        assert ears.data == b"hello"
        stream.detach()
        await stream.wait_closed()
    assert ears.lost == []


def test_the_stream_is_of_the_kind_that_is_cheapest_on_the_event_loop() -> None:
    async def kind() -> str:
        async with scripted(parrot) as port:
            stream = await dial(Target("tcp", "127.0.0.1", port), Ears(), timeout=5)
            stream.detach()
            await stream.wait_closed()
            return type(stream).__name__

    assert asyncio.run(kind()) == "SocketStream"
    uvloop = pytest.importorskip("uvloop")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(kind()) == "ProtocolStream"


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
        await stream.wait_closed()


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
