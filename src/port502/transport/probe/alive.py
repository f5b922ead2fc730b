"""Whether a host is alive though its Modbus port is silent: a datagram to a closed port, and a ping."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
import time
from dataclasses import dataclass

from port502.transport.probe.attempt import Place
from port502.transport.probe.icmp import IcmpError, icmp_error, want_errors

HIGH_PORT = 33499
"""A port that nothing listens on; traceroute's, so that nobody takes it for an attack."""

_ECHO = {socket.AF_INET: (socket.IPPROTO_ICMP, 8), socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128)}


@dataclass(frozen=True, slots=True)
class Alive:
    """What a probe besides TCP brought: ``answered`` by ``who`` after ``took`` seconds, or why it was not tried."""

    answered: bool
    took: float = 0.0
    who: str = ""
    icmp: IcmpError | None = None
    untried: str = ""


async def closed_port(place: Place, timeout: float = 0.3) -> Alive:
    """Send a datagram to a high port: *port unreachable* comes from a host that is alive.

    Silence proves nothing: many devices and firewalls answer no datagrams.
    """
    began = time.monotonic()
    with socket.socket(place.family, socket.SOCK_DGRAM) as sock:
        try:
            sock.setblocking(False)
            want_errors(sock)
            sock.connect(Place(place.address, HIGH_PORT, place.scope).sockaddr)
            sock.send(b"port502")
        except OSError as error:
            return Alive(False, untried=error.strerror or str(error))
        refused = await _wait(sock, timeout)
        took = time.monotonic() - began
        said = icmp_error(sock)
        if said is not None:
            return Alive(
                said.is_port_unreachable and said.offender == str(place.ip), took, said.offender, said
            )
        return Alive(refused, took, str(place.ip) if refused else "")


async def ping(place: Place, timeout: float = 0.3) -> Alive:
    """One echo request; refused to ordinary users on some systems, which ``untried`` says."""
    protocol, kind = _ECHO[place.family]
    began = time.monotonic()
    try:
        sock = socket.socket(place.family, socket.SOCK_DGRAM, protocol)
    except OSError as error:
        return Alive(False, untried=_why_no_ping(error))
    with sock:
        try:
            sock.setblocking(False)
            sock.connect(Place(place.address, 0, place.scope).sockaddr)
            sock.send(struct.pack("!BBHHH", kind, 0, 0, 0, 1) + b"port502 ")
        except OSError as error:
            return Alive(False, untried=error.strerror or str(error))
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                await loop.sock_recv(sock, 1024)
        except OSError:
            return Alive(False, time.monotonic() - began)
        return Alive(True, time.monotonic() - began, str(place.ip))


async def _wait(sock: socket.socket, timeout: float) -> bool:
    """Whether the peer refused the datagram within that time."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            await loop.sock_recv(sock, 16)
    except OSError as error:
        return error.errno == errno.ECONNREFUSED
    return True


def _why_no_ping(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "this system lets ordinary users send no ping (net.ipv4.ping_group_range)"
    return os.strerror(error.errno) if error.errno else str(error)
