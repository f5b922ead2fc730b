"""A server that says what a script says, each connection in a thread of its own, for both of our clients."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from port502.client import Reconnect
from port502.client.sync_client import SyncClient
from port502.protocol.client import ReplyCounters
from tests.hostile.raw import VALUES, adu
from tests.interop.faces import FACES, Face

QUICKLY = Reconnect(0.01, 0.05)
both = pytest.mark.parametrize("kind", list(FACES))
"""Runs a test with the asyncio client and with the blocking one."""


class Asked(NamedTuple):
    """A request as the server got it."""

    number: int
    unit: int
    pdu: bytes

    @property
    def address(self) -> int:
        return int.from_bytes(self.pdu[1:3], "big")

    @property
    def quantity(self) -> int:
        return int.from_bytes(self.pdu[3:5], "big")


class Talk:
    """One connection, seen from the server."""

    def __init__(self, sock: socket.socket, seen: list[Asked]) -> None:
        self._sock = sock
        self._seen = seen

    def request(self) -> Asked:
        header = self._exactly(7)
        asked = Asked(
            int.from_bytes(header[:2], "big"),
            header[6],
            self._exactly(int.from_bytes(header[4:6], "big") - 1),
        )
        self._seen.append(asked)
        return asked

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def reply(self, asked: Asked, pdu: bytes | str, **lies: Any) -> None:
        self.send(reply(asked, pdu, **lies))

    def right(self, asked: Asked) -> None:
        self.send(right(asked))

    def behave(self) -> None:
        """Answer everything right until the client leaves."""
        while True:
            self.right(self.request())

    def listen(self) -> None:
        """Say nothing, but notice the end."""
        while self._sock.recv(4096):
            pass

    def reset(self) -> None:
        """Close with RST."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._sock.recv(size - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data


def reply(asked: Asked, pdu: bytes | str, **lies: Any) -> bytes:
    """The frame that answers a request, where ``number``, ``unit`` and ``length`` may lie."""
    return adu(pdu, **{"number": asked.number, "unit": asked.unit, **lies})


def right(asked: Asked) -> bytes:
    """The right answer to a read of registers or bits, and to a write."""
    function = asked.pdu[0]
    if function in (3, 4):
        values = VALUES[asked.address : asked.address + asked.quantity]
        return reply(asked, struct.pack(f">BB{len(values)}H", function, 2 * len(values), *values))
    if function in (1, 2):
        size = (asked.quantity + 7) // 8
        return reply(asked, bytes((function, size)) + b"\xff" * size)
    return reply(asked, asked.pdu if function in (5, 6, 22) else asked.pdu[:5])


Script = Callable[[Talk], None]


class Liar:
    """What a lying server was asked, and where it is."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seen: list[Asked] = []
        self.connections = 0
        self.closed = threading.Semaphore(0)
        """Released each time a connection was closed at this end."""

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def writes(self) -> list[bytes]:
        return [asked.pdu for asked in self.seen if asked.pdu[0] not in (1, 2, 3, 4, 43, 17, 20, 24)]


@contextlib.contextmanager
def lying(*scripts: Script) -> Iterator[Liar]:
    """Each connection gets the next script, later ones the last; it is closed when its script returns."""
    listening = socket.create_server(("127.0.0.1", 0))
    liar = Liar(listening.getsockname()[1])
    waiting = list(scripts)
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = []

    def serve(sock: socket.socket, script: Script) -> None:
        with sock, contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            script(Talk(sock, liar.seen))
        liar.closed.release()

    def accept() -> None:
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            liar.connections += 1
            sockets.append(sock)
            script = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            thread = threading.Thread(target=serve, args=(sock, script))
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield liar
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join(10)
        listening.close()
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)


@contextlib.contextmanager
def client(kind: str, liar: Liar, **settings: Any) -> Iterator[Face]:
    """One of our clients, connected to it, quick to come back and without retries."""
    settings = {"retries": 0, "response_timeout": 5.0, "reconnect": QUICKLY, **settings}
    with FACES[kind](liar.url, **settings) as face:
        yield face


def counters(face: Face) -> ReplyCounters:
    """What a client counted on its present connection."""
    if isinstance(face, SyncClient):
        return face._connection.counters
    connection = face._client.link.connection
    assert connection is not None
    return connection.counters


def usable(face: Face) -> bool:
    """Whether the next call gets the right values, on this connection or on a new one."""
    for attempt in range(50):
        with contextlib.suppress(OSError):
            values: list[int] = face.read_holding_registers(attempt, 3, timeout=20)
            return values == VALUES[attempt : attempt + 3]
    return False
