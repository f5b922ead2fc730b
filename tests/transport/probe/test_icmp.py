"""What came back by ICMP, out of the error queue of a socket."""

from __future__ import annotations

import select
import socket
import sys

import pytest

from port502.transport.probe.icmp import IcmpError, icmp_error, want_errors
from tests.peers.ports import free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the error queue is Linux's")


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_the_sender_of_a_port_unreachable_is_known(family: socket.AddressFamily, host: str) -> None:
    if family == socket.AF_INET6 and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        want_errors(sock)
        sock.connect((host, free_port()))
        sock.send(b"?")
        waiting = select.poll()
        waiting.register(sock, select.POLLERR)
        assert waiting.poll(5000)
        said = icmp_error(sock)
    assert said is not None
    assert said.is_port_unreachable
    assert (said.offender, said.text) == (host, "port unreachable")


def test_an_empty_queue_says_nothing() -> None:
    with socket.socket() as sock:
        want_errors(sock)
        assert icmp_error(sock) is None


def test_the_words_of_both_protocols() -> None:
    assert IcmpError(3, 13, "10.0.0.1").text == "administratively prohibited"
    assert IcmpError(3, 1, "10.0.0.1").text == "host unreachable"
    assert IcmpError(1, 1, "fe80::1", six=True).text == "administratively prohibited"
    assert IcmpError(11, 0, "10.0.0.1").text == "network unreachable"
    assert IcmpError(3, 77, "10.0.0.1").text == "ICMP type 3 code 77"
