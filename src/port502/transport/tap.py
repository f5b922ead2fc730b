"""A tap on a network interface: every packet that passes it, as the kernel hands them to ``AF_PACKET`` sockets.

Linux only, and only for root or who has CAP_NET_RAW; elsewhere tcpdump or dumpcap pipe what they capture.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time
from typing import Final, Self

from port502.errors import UsageError

ETHERNET: Final = 1
RAW: Final = 101
"""Link types of what a tap gives (tcpdump's numbers)."""

EVERY: Final = "any"
LOOPBACK: Final = "lo"
LONGEST: Final = 65_536
BUFFER: Final = 16 << 20
"""Bytes that the kernel may keep for us while we are busy."""

_ALL_PROTOCOLS: Final = 3
_SOL_PACKET, _STATISTICS, _IGNORE_OUTGOING = 263, 6, 23
_OUTGOING: Final = 4
_BUFFER_BY_FORCE: Final = 33
_TIMESTAMPS: Final = 35
_ETHERNET_LIKE: Final = frozenset({1, 772})
_ANCILLARY: Final = 64
_MOST_AT_ONCE: Final = 512
_OPEN_ELSEWHERE: Final = "tcpdump -i {0} -U -w - | port502 inspect -"


class Tap:
    """Listens on an interface by its name (``any`` for all); close it, or use it in ``with``.

    Raises UsageError where that cannot be, with what to do instead.
    """

    def __init__(self, interface: str) -> None:
        self.interface = interface
        instead = _OPEN_ELSEWHERE.format(interface)
        if not hasattr(socket, "AF_PACKET"):
            raise UsageError(f"this system has no packet sockets; pipe a capture in: {instead}")
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        except PermissionError:
            raise UsageError(
                f"listening on {interface} takes root or CAP_NET_RAW; or pipe a capture in: {instead}"
            ) from None
        try:
            if interface != EVERY:
                self._socket.bind((interface, 0))
        except OSError as error:
            self._socket.close()
            known = ", ".join(name for _, name in socket.if_nameindex())
            raise UsageError(
                f"cannot listen on {interface!r}: {error.strerror}; there are {known}"
            ) from error
        self._socket.setblocking(False)
        self._wish(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        # As much room as the system lets us have, or as much as root takes.
        self._wish(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._wish(socket.SOL_SOCKET, _BUFFER_BY_FORCE, BUFFER)
        if interface == LOOPBACK:
            self._wish(_SOL_PACKET, _IGNORE_OUTGOING, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def _wish(self, level: int, option: int, value: int) -> None:
        """Set what a kernel may not know and nothing depends on."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(level, option, value)

    def receive(self, seconds: float) -> list[tuple[int, int, int, bytes]]:
        """What passed, after at most so many seconds: time (ns since 1970), link type, length, bytes."""
        select.select([self._socket], [], [], max(seconds, 0))
        found: list[tuple[int, int, int, bytes]] = []
        while len(found) < _MOST_AT_ONCE:
            try:
                data, ancillary, _, address = self._socket.recvmsg(LONGEST, _ANCILLARY)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                # The interface went down; it may come back.
                break
            name, _, kind, hardware, *_ = address
            # On the loopback each packet leaves and arrives: once is enough.
            if kind == _OUTGOING and name == LOOPBACK:
                continue
            link = ETHERNET if hardware in _ETHERNET_LIKE else RAW
            found.append((_stamp(ancillary), link, len(data), data))
        return found

    def dropped(self) -> int:
        """How many packets the kernel threw away since the last call, because we were too slow."""
        try:
            told = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        except OSError:
            return 0
        count: int = struct.unpack("II", told)[1]
        return count


def _stamp(ancillary: list[tuple[int, int, bytes]]) -> int:
    """When the kernel got the packet; now where it does not say."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _TIMESTAMPS and len(data) >= 16:
            seconds, nanoseconds = struct.unpack_from("qq", data)
            stamp: int = seconds * 1_000_000_000 + nanoseconds
            return stamp
    return time.time_ns()
