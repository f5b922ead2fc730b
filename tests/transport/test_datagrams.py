from __future__ import annotations

import socket

import pytest

from port502.errors import UsageError
from port502.transport.datagrams import LARGEST, Datagrams
from tests.peers.ports import free_port


def test_datagrams_arrive_cut_to_their_largest_size() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        datagrams = Datagrams(*receiver.getsockname())
        assert datagrams.send(b"one")
        assert datagrams.send(b"x" * (LARGEST + 10))
        assert receiver.recv(65536) == b"one"
        assert len(receiver.recv(65536)) == LARGEST
        assert (datagrams.sent, datagrams.lost) == (2, 0)
        datagrams.close()


def test_what_nobody_hears_is_counted_and_no_error() -> None:
    datagrams = Datagrams("127.0.0.1", free_port())
    for _ in range(50):
        datagrams.send(b"x")  # the second one hears that nobody is there
    assert datagrams.lost > 0
    datagrams.close()


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no datagrams can be sent"):
        Datagrams("no such host.invalid", 514)
