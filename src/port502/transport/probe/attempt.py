"""One attempt to connect, with everything the kernel says about how it ended."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import time
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from port502.transport.probe.icmp import IcmpError, icmp_error, want_errors
from port502.transport.probe.tcp_info import TcpInfo, tcp_info


class Outcome(StrEnum):
    """How an attempt to connect ended."""

    OPEN = "open"
    REFUSED = "refused"
    UNREACHABLE = "host unreachable"
    NO_ROUTE = "no route"
    TIMEOUT = "timeout"
    FAILED = "failed"


_OUTCOMES = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.ENETUNREACH: Outcome.NO_ROUTE,
    errno.ENETDOWN: Outcome.NO_ROUTE,
    errno.EHOSTDOWN: Outcome.UNREACHABLE,
    errno.ETIMEDOUT: Outcome.TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Place:
    """An address and port to connect to, as the system's resolver gave it."""

    address: str
    port: int
    scope: int = 0

    @property
    def ip(self) -> IPv4Address | IPv6Address:
        """The address without its zone."""
        return ip_address(self.address.partition("%")[0])

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4 or IPv6."""
        return socket.AF_INET if self.ip.version == 4 else socket.AF_INET6

    @property
    def sockaddr(self) -> tuple[str, int] | tuple[str, int, int, int]:
        """What the socket calls want."""
        plain = self.address.partition("%")[0]
        return (plain, self.port) if self.ip.version == 4 else (plain, self.port, 0, self.scope)

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if self.ip.version == 6 else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt to connect ended: ``took`` seconds, what ICMP said, what the kernel knows of the socket."""

    place: Place
    outcome: Outcome
    took: float
    reason: str = ""
    icmp: IcmpError | None = None
    info: TcpInfo | None = None
    source: str = ""


async def attempt(
    place: Place, timeout: float, *, source: str | None = None
) -> tuple[Attempt, socket.socket | None]:
    """Try to connect within ``timeout`` seconds; the socket is the caller's to close where it is open."""
    loop = asyncio.get_running_loop()
    sock = socket.socket(place.family, socket.SOCK_STREAM)
    began = time.monotonic()
    kept = False
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        want_errors(sock)
        outcome, reason = Outcome.OPEN, ""
        try:
            if source:
                sock.bind((source, 0))
            async with asyncio.timeout(timeout):
                await loop.sock_connect(sock, place.sockaddr)
        except TimeoutError as error:
            outcome, reason = Outcome.TIMEOUT, error.strerror or f"no answer within {timeout:.3g} s"
        except OSError as error:
            refused = isinstance(error, ConnectionRefusedError)  # Windows has several numbers for it
            outcome = Outcome.REFUSED if refused else _OUTCOMES.get(error.errno or 0, Outcome.FAILED)
            reason = os.strerror(error.errno) if error.errno else str(error)
        took = time.monotonic() - began
        seen = Attempt(place, outcome, took, reason, icmp_error(sock), tcp_info(sock), _source_of(sock))
        kept = outcome is Outcome.OPEN
        return seen, sock if kept else None
    finally:
        if not kept:
            sock.close()


def _source_of(sock: socket.socket) -> str:
    try:
        name = str(sock.getsockname()[0])
    except OSError:
        return ""
    return "" if name in ("0.0.0.0", "::") else name  # noqa: S104 (compared, not listened on)


async def places_of(host: str, port: int) -> tuple[Place, ...]:
    """The addresses that a name has, in the order of the resolver, each once; raises OSError for none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(errno.EINVAL, "that is no host name") from error
    places = []
    for _, _, _, _, address in found:
        scope = int(address[3]) if len(address) > 3 else 0
        places.append(Place(str(address[0]), port, scope))
    return tuple(dict.fromkeys(places))
