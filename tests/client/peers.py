"""Peers in a thread for the blocking client: what each does on one connection is a plain function."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Talk = Callable[[socket.socket], None]


@contextmanager
def peer(*talks: Talk) -> Iterator[int]:
    """A server in a thread: each connection is one talk, then closed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def work() -> None:
            for talk in talks:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        talk(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=work)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def ask(connection: socket.socket) -> bytes:
    data = b""
    while len(data) < 12:
        more = connection.recv(12 - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def answer(frame: bytes, value: int = 42) -> bytes:
    return frame[:4] + b"\0\x05" + frame[6:8] + b"\x02" + value.to_bytes(2, "big")


def answers(connection: socket.socket) -> None:
    while True:
        connection.sendall(answer(ask(connection)))


def is_silent(connection: socket.socket) -> None:
    while connection.recv(1024):
        pass
