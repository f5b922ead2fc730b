"""A tap on an interface."""

from __future__ import annotations

import os
import socket
import sys
import time

import pytest

from port502.errors import UsageError
from port502.transport.tap import ETHERNET, Tap

AS_ROOT = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="listening on an interface takes root on Linux"
)


@AS_ROOT
@pytest.mark.parametrize("interface", ["lo", "any"])
def test_each_packet_of_the_loopback_comes_once_with_its_time(interface: str) -> None:
    with Tap(interface) as tap, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        before = time.time_ns()
        sender.sendto(b"a packet that nobody else sends", ("127.0.0.1", 9))
        found = []
        deadline = time.monotonic() + 10
        while not found and time.monotonic() < deadline:
            found = [
                one for one in tap.receive(0.5) if b"that nobody else sends" in one[3] and one[3][23] == 17
            ]
        ((stamp, link, length, data),) = found
    assert abs(stamp - before) < 10_000_000_000
    assert (link, length) == (ETHERNET, len(data))
    assert data[12:14] == b"\x08\x00"
    assert tap.interface == interface


@AS_ROOT
def test_an_interface_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="there are"):
        Tap("nothere0")


@AS_ROOT
def test_what_the_kernel_dropped_is_a_number() -> None:
    with Tap("lo") as tap:
        assert tap.dropped() >= 0


def test_without_the_right_it_says_how_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(UsageError, match="tcpdump -i eth0 -U -w -"):
        Tap("eth0")
    monkeypatch.delattr(socket, "AF_PACKET", raising=False)
    with pytest.raises(UsageError, match="no packet sockets"):
        Tap("eth0")
