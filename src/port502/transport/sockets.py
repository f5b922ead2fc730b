"""Socket options that every TCP connection of port502 has, and words for what a socket or a serial port says."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from dataclasses import dataclass

from port502.errors import ConnectError
from port502.transport.url import Target

RECEIVE_SIZE = 8192
"""One read. asyncio's own 256 KiB reads cost an mmap and a munmap each; a Modbus frame has 260 bytes at most."""


@dataclass(frozen=True, slots=True)
class Keepalive:
    """TCP keep-alive: first probe after ``idle`` seconds, then one per ``interval``, lost after ``probes``."""

    idle: float = 30.0
    interval: float = 10.0
    probes: int = 3


def tune(sock: socket.socket, keepalive: Keepalive | None) -> None:
    """Send each request at once, and notice a peer that vanished."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if keepalive is None:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", keepalive.idle),
        ("TCP_KEEPALIVE", keepalive.idle),  # what macOS calls it
        ("TCP_KEEPINTVL", keepalive.interval),
        ("TCP_KEEPCNT", keepalive.probes),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, max(1, round(value)))


def connect_error(target: Target, error: OSError | TimeoutError, timeout: float) -> ConnectError:
    """What went wrong with a connection attempt, in words with the next thing to do."""
    return ConnectError(f"could not connect to {target}: {_reason(error, timeout)}")


def open_error(target: Target, error: Exception) -> ConnectError:
    """Why a serial port cannot be opened, in words with the next thing to do."""
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        why = f"there is no {target.device}; `ls /dev/serial/by-id /dev/tty*` shows the ports of this machine"
    elif number in (errno.EACCES, errno.EPERM):
        why = f"{words_of(error)}; on most systems the members of the group dialout may use serial ports"
    elif number == errno.ENOTTY:
        why = f"{target.device} is no serial port"
    else:
        why = words_of(error)
    return ConnectError(f"could not open {target}: {why}")


def words_of(error: Exception) -> str:
    """What an error says, without the number that the system gives it, or OpenSSL's place in its source."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, str) and reason:
        return f"TLS: {reason.replace('_', ' ').lower()}"
    return str(getattr(error, "strerror", None) or error)


def _reason(error: OSError | TimeoutError, timeout: float) -> str:
    number = getattr(error, "errno", None)
    if isinstance(error, socket.gaierror):
        return f"the name cannot be resolved ({error.strerror}); check its spelling or use the IP address"
    if isinstance(error, ConnectionRefusedError) or number == errno.ECONNREFUSED:
        return "refused; nothing listens on that port there, or a firewall rejects it"
    if isinstance(error, TimeoutError) or number == errno.ETIMEDOUT:
        return (
            f"no answer within {timeout:.3g} s; the host is off, elsewhere, or a firewall drops the packets"
        )
    if number in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return f"{os.strerror(number)}; check the address, the subnet mask and the route"
    if number == errno.EADDRNOTAVAIL:
        return "the source address is not one of this machine"
    if number == errno.EMFILE:
        return "this process has no file descriptor left (see ulimit -n)"
    return words_of(error)


def receive_timeout_option(seconds: float) -> bytes | None:
    """The value of SO_RCVTIMEO for a time, or None where its layout is not known.

    It saves the poll that ``settimeout`` puts before every receive.
    """
    if sys.platform != "linux":
        return None
    whole = int(seconds)
    return struct.pack("@ll", whole, max(1, int((seconds - whole) * 1_000_000)))
