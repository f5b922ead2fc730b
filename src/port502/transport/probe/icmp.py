"""What routers and firewalls answered to a packet of a socket: ICMP type, code, and who sent it.

Linux keeps it in the error queue of the socket, TCP's included, for any user; elsewhere there is nothing to see.
"""

from __future__ import annotations

import socket
import struct
import sys
from dataclasses import dataclass

_IP_RECVERR = 11
_IPV6_RECVERR = 25
_FROM_ICMP = (2, 3)
_LOCAL = 1

_UNREACHABLE = {
    0: "network unreachable",
    1: "host unreachable",
    2: "protocol unreachable",
    3: "port unreachable",
}
_PROHIBITED = {9: "network prohibited", 10: "host prohibited", 13: "administratively prohibited"}
_UNREACHABLE_6 = {
    0: "no route",
    1: "administratively prohibited",
    3: "address unreachable",
    4: "port unreachable",
    5: "source address refused",
    6: "route rejected",
}


@dataclass(frozen=True, slots=True)
class IcmpError:
    """One refusal: ``offender`` is the address that sent it, empty where this machine found out by itself."""

    type: int
    code: int
    offender: str
    six: bool = False

    @property
    def text(self) -> str:
        """What the ICMP message says."""
        words = _UNREACHABLE_6 if self.six else _UNREACHABLE | _PROHIBITED
        return words.get(self.code, f"ICMP type {self.type} code {self.code}")

    @property
    def is_port_unreachable(self) -> bool:
        """Whether it says that the port, not the host, cannot be reached."""
        return self.code == (4 if self.six else 3)


def want_errors(sock: socket.socket) -> None:
    """Let the kernel keep what comes back for this socket."""
    if sys.platform != "linux":
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)


def icmp_error(sock: socket.socket) -> IcmpError | None:
    """The next refusal in the error queue, or None."""
    if sys.platform != "linux":
        return None
    try:
        _, extras, _, _ = sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
    except OSError:
        return None
    for level, kind, data in extras:
        six = (level, kind) == (socket.IPPROTO_IPV6, _IPV6_RECVERR)
        if six or (level, kind) == (socket.IPPROTO_IP, _IP_RECVERR):
            found = _decoded(data, six)
            if found is not None:
                return found
    return None


def _decoded(data: bytes, six: bool) -> IcmpError | None:
    if len(data) < 16:
        return None
    origin, kind, code = data[4], data[5], data[6]
    if origin not in (*_FROM_ICMP, _LOCAL):
        return None
    offender = ""
    if len(data) >= 24:
        family = struct.unpack_from("@H", data, 16)[0]
        if family == socket.AF_INET:
            offender = socket.inet_ntop(socket.AF_INET, data[20:24])
        elif family == socket.AF_INET6 and len(data) >= 40:
            offender = socket.inet_ntop(socket.AF_INET6, data[24:40])
    return IcmpError(kind, code, offender, six)
