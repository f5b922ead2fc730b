"""Opening a port of a host, and what it means when that fails: nobody there, refused, filtered."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from port502.discover.line import Line
from port502.discover.pace import Pace
from port502.discover.settings import TLS_PORT, ScanSettings
from port502.errors import ConfigError, ConnectError
from port502.transport.probe.neighbours import neighbours
from port502.transport.url import Target

_NOBODY = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN)
_FRESH = 0.25
"""Seconds for which the table of neighbours is believed without looking again."""


class Closed(StrEnum):
    """Why a port could not be opened."""

    REFUSED = "refused"
    NOBODY = "nobody"
    SILENT = "silent"
    TLS = "tls"
    OTHER = "other"


def target_for(host: str, port: int) -> Target:
    """Where a port leads: TLS on the port that is registered for it."""
    return Target("tls" if port == TLS_PORT else "tcp", host, port)


async def knock(
    host: str, port: int, settings: ScanSettings, pace: Pace, tolerate: frozenset[str] = frozenset()
) -> Line:
    """An open line to a port, in the common pace; raises ConnectError.

    TLS without a certificate of our own only shows that there is TLS: that ends in ConnectError too.
    """
    line = Line(target_for(host, port), pause=settings.pause, pace=pace, tolerate=tolerate)
    await line.rest()
    tls: Any = settings.tls
    if line.target.scheme == "tls" and tls is None:
        tls = anonymous()
    return await line.open(timeout=settings.connect_timeout, tls=tls)


def anonymous() -> ssl.SSLContext:
    """A context that shows nothing and believes nothing: only to see whether TLS is spoken, never for a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def reason(error: ConnectError | ConfigError) -> Closed:
    """Why a port could not be opened, from what the system said."""
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError):
        return Closed.TLS
    number = getattr(cause, "errno", None)
    if isinstance(cause, ConnectionRefusedError) or number == errno.ECONNREFUSED:
        return Closed.REFUSED
    if number in _NOBODY:
        return Closed.NOBODY
    if isinstance(cause, TimeoutError):
        return Closed.SILENT
    return Closed.OTHER


class Neighbourhood:
    """The table of neighbours, read again at most every quarter of a second."""

    def __init__(
        self, clock: Callable[[], float], read: Callable[[], Mapping[Any, Any]] = neighbours
    ) -> None:
        self._clock = clock
        self._read = read
        self._at = float("-inf")
        self._table: Mapping[Any, Any] = {}

    def nobody(self, address: str) -> bool:
        """Whether the address is on a network of this host and nobody there answers for it."""
        entry = self._look(address)
        return entry is not None and not entry.answered

    def mac(self, address: str) -> str:
        """The hardware address of a neighbour; empty for one that is no neighbour."""
        self._at = float("-inf")  # who has just answered may be new
        entry = self._look(address)
        return entry.mac if entry is not None and entry.answered else ""

    def _look(self, address: str) -> Any:
        now = self._clock()
        if now - self._at > _FRESH:
            self._at, self._table = now, self._read()
        return self._table.get(ip_address(address.partition("%")[0]))
