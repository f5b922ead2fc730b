"""What the kernel knows of a TCP connection: was the request acknowledged, was it sent again, how far is the peer?

Only Linux tells (``TCP_INFO``, ``SIOCOUTQ``); elsewhere there is nothing to see, and None says so.
"""

from __future__ import annotations

import socket
import struct
import sys
from dataclasses import dataclass

CLOSED = 7
"""The state of a socket whose connection is over, or was refused by a reset."""

_SIZE = 160
_LEAST = 104
_QUEUED = 0x5411
_UNSENT = 0x894B


@dataclass(frozen=True, slots=True)
class TcpInfo:
    """A connection at one moment; times in seconds.

    ``unacked`` segments are on their way or lost, ``retransmits`` counts those of the oldest one, ``total_retrans``
    all of the connection's; ``rtt`` is the time of the network alone. ``queued`` bytes are not acknowledged yet,
    ``unsent`` of them never left this machine.
    """

    state: int
    retransmits: int
    unacked: int
    lost: int
    total_retrans: int
    rtt: float
    last_ack: float
    options: int
    mss: int
    segments_out: int = 0
    queued: int = 0
    unsent: int = 0

    @property
    def acknowledged(self) -> bool:
        """Whether the peer's TCP stack has taken everything that was sent."""
        return self.unacked == 0 and self.queued == 0


def tcp_info(sock: socket.socket) -> TcpInfo | None:
    """What the kernel tells of a socket, also of one that could not connect."""
    if sys.platform != "linux":
        return None
    try:
        data = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
    except OSError:
        return None
    if len(data) < _LEAST:
        return None
    words = struct.unpack_from("@24I", data, 8)
    return TcpInfo(
        state=data[0],
        retransmits=data[2],
        unacked=words[4],
        lost=words[6],
        total_retrans=words[23],
        rtt=words[15] / 1e6,
        last_ack=words[12] / 1e3,
        options=data[5],
        mss=words[2],
        segments_out=struct.unpack_from("@I", data, 136)[0] if len(data) >= 140 else 0,
        queued=_asked(sock, _QUEUED),
        unsent=_asked(sock, _UNSENT),
    )


def _asked(sock: socket.socket, what: int) -> int:
    import fcntl

    try:
        answer = fcntl.ioctl(sock, what, b"\0\0\0\0")
    except OSError:
        return 0
    number: int = struct.unpack("@i", answer)[0]
    return number
