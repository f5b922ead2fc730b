"""Blocking streams."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from port502.errors import ConnectError, LinkClosedError
from port502.transport.blocking import BlockingStream, dial_blocking
from port502.transport.url import Target


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


@pytest.fixture
def pair(listening: socket.socket) -> Iterator[tuple[BlockingStream, socket.socket]]:
    stream = dial_blocking(Target("tcp", *listening.getsockname()), timeout=5)
    peer, _ = listening.accept()
    with peer:
        yield stream, peer
    stream.close()


def test_bytes_go_both_ways(pair: tuple[BlockingStream, socket.socket]) -> None:
    stream, peer = pair
    stream.send(b"hello")
    assert peer.recv(10) == b"hello"
    peer.sendall(b"world")
    assert stream.receive(5.0) == b"world"


def test_silence_is_empty_after_its_time(pair: tuple[BlockingStream, socket.socket]) -> None:
    began = time.monotonic()
    assert pair[0].receive(0.05) == b""
    assert 0.04 < time.monotonic() - began < 1.0
    assert pair[0].receive(0.0) == b""


def test_the_end_is_an_error(pair: tuple[BlockingStream, socket.socket]) -> None:
    stream, peer = pair
    peer.close()
    with pytest.raises(LinkClosedError, match="closed the connection"):
        stream.receive(5.0)


def test_what_lies_unread_is_seen_without_waiting(pair: tuple[BlockingStream, socket.socket]) -> None:
    stream, peer = pair
    assert stream.unread() == b""
    peer.sendall(b"late")
    assert stream.receive(5.0) == b"late"
    assert stream.unread() == b""
    peer.close()
    deadline = time.monotonic() + 5
    ended = False
    while not ended and time.monotonic() < deadline:
        try:
            stream.unread()
        except LinkClosedError:
            ended = True
    assert ended


def test_sending_into_a_reset_is_an_error(pair: tuple[BlockingStream, socket.socket]) -> None:
    stream, peer = pair
    from tests.resets import abort

    abort(peer.dup())
    peer.close()
    with pytest.raises(LinkClosedError):
        stream.send(b"x" * 10_000_000)


def test_a_refused_connection_says_so(listening: socket.socket) -> None:
    place = listening.getsockname()
    listening.close()
    with pytest.raises(ConnectError, match="refused; nothing listens"):
        dial_blocking(Target("tcp", *place), timeout=5)


def test_the_next_address_of_a_name_is_tried_h134(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*kind, dead), (*kind, listening.getsockname())]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    dial_blocking(Target("tcp", "meter", 502), timeout=5).close()


def test_a_name_that_is_none_says_so() -> None:
    with pytest.raises(ConnectError, match="resolved"):
        dial_blocking(Target("tcp", "no-such-host.invalid", 502), timeout=5)
    with pytest.raises(ConnectError, match="host name"):
        dial_blocking(Target("tcp", "x" * 70 + ".local", 502), timeout=5)


def test_a_peer_that_speaks_no_tls_is_a_connect_error(listening: socket.socket) -> None:
    import threading

    def speak() -> None:
        peer, _ = listening.accept()
        with peer:
            peer.recv(100)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=speak)
    thread.start()
    with pytest.raises(ConnectError, match="TLS failed"):
        dial_blocking(Target("tls", *listening.getsockname()), timeout=5)
    thread.join()


def test_a_serial_port_that_is_not_there_says_so() -> None:
    pytest.importorskip("serialx")
    with pytest.raises(ConnectError, match="could not open rtu:///dev/none"):
        dial_blocking(Target("rtu", device="/dev/none"), timeout=5)
