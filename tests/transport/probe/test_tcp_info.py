"""What the kernel tells of a connection."""

from __future__ import annotations

import contextlib
import socket
import sys

import pytest

from port502.transport.probe.tcp_info import CLOSED, tcp_info

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO is Linux's")


def pair() -> tuple[socket.socket, socket.socket, socket.socket]:
    listening = socket.create_server(("127.0.0.1", 0))
    ours = socket.create_connection(listening.getsockname())
    theirs, _ = listening.accept()
    return listening, ours, theirs


def test_what_the_peers_stack_took_is_acknowledged_though_nobody_reads_it() -> None:
    listening, ours, theirs = pair()
    with listening, ours, theirs:
        ours.sendall(b"request")
        theirs.recv(7, socket.MSG_PEEK)  # it has arrived
        seen = tcp_info(ours)
        assert seen is not None
        assert seen.acknowledged
        assert (seen.state, seen.unacked, seen.queued, seen.unsent) == (1, 0, 0, 0)
        assert 0 < seen.rtt < 1
        assert seen.segments_out >= 2


def test_what_the_peer_has_no_room_for_is_not_acknowledged() -> None:
    listening, ours, theirs = pair()
    with listening, ours, theirs:
        ours.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                ours.send(b"x" * 65536)
        seen = tcp_info(ours)
        assert seen is not None
        assert not seen.acknowledged
        assert seen.queued > 0


def test_a_socket_without_a_connection_is_closed() -> None:
    with socket.socket() as sock:
        seen = tcp_info(sock)
        assert seen is not None
        assert seen.state == CLOSED


def test_what_is_no_tcp_socket_tells_nothing() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        assert tcp_info(sock) is None
