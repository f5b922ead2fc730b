"""Socket options and words for what sockets say."""

from __future__ import annotations

import errno
import os
import socket
import ssl
import struct

import pytest

from port502.transport.sockets import (
    Keepalive,
    connect_error,
    open_error,
    receive_timeout_option,
    tune,
    words_of,
)
from port502.transport.url import Target, parse_url
from tests.resets import abort

PLC = Target("tcp", "plc", 502)


def test_requests_leave_at_once_and_vanished_peers_are_noticed() -> None:
    with socket.socket() as sock:
        tune(sock, Keepalive(idle=30, interval=10, probes=3))
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 10
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3


def test_keepalive_can_be_off() -> None:
    with socket.socket() as sock:
        tune(sock, None)
        assert not sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_abort_resets_the_peer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        peer, _ = server.accept()
        with peer:
            abort(client)
            with pytest.raises(ConnectionResetError):
                peer.recv(1)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "nothing listens"),
        (TimeoutError(), "no answer within 3 s"),
        (OSError(errno.EHOSTUNREACH, "x"), "check the address"),
        (OSError(errno.ENETUNREACH, "x"), "route"),
        (OSError(errno.EADDRNOTAVAIL, "x"), "not one of this machine"),
        (OSError(errno.EMFILE, "x"), "ulimit"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "cannot be resolved"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
def test_a_failed_connection_is_told_with_the_next_thing_to_do(error: OSError, words: str) -> None:
    said = str(connect_error(PLC, error, 3.0))
    assert said.startswith("could not connect to tcp://plc:502: ")
    assert words in said


def test_the_receive_timeout_is_never_zero_which_would_mean_for_ever() -> None:
    option = receive_timeout_option(0.0)
    if option is not None:
        assert struct.unpack("@ll", option) == (0, 1)
        assert struct.unpack("@ll", receive_timeout_option(1.5) or b"") == (1, 500_000)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "there is no /dev/ttyUSB0; `ls /dev/serial/by-id /dev/tty*`"),
        (errno.EACCES, "dialout"),
        (errno.ENOTTY, "is no serial port"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_serial_port_that_does_not_open_is_told_without_numbers(number: int, words: str) -> None:
    target = parse_url("rtu:///dev/ttyUSB0?baud=19200")
    said = str(open_error(target, OSError(number, os.strerror(number), "/dev/ttyUSB0")))
    assert said.startswith("could not open rtu:///dev/ttyUSB0")
    assert words in said
    assert "Errno" not in said


def test_an_error_of_the_system_is_told_without_its_number() -> None:
    assert words_of(OSError(errno.EPIPE, "Broken pipe")) == "Broken pipe"
    assert words_of(ValueError("odd")) == "odd"
    refused = ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)")
    refused.reason = "TLSV1_ALERT_UNKNOWN_CA"
    assert words_of(refused) == "TLS: tlsv1 alert unknown ca"
