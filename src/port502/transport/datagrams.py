"""Datagrams to one place, sent and forgotten: what cannot be sent at once is lost, and counted."""

from __future__ import annotations

import socket

from port502.errors import UsageError

LARGEST = 8192


class Datagrams:
    """A UDP socket connected to a host (a name is looked up once, now) and port; raises UsageError for a bad place."""

    def __init__(self, host: str, port: int) -> None:
        self.place = f"{host}:{port}"
        self.sent = 0
        self.lost = 0
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            self._socket = socket.socket(family, kind, protocol)
            self._socket.setblocking(False)
            self._socket.connect(address)
        except OSError as error:
            raise UsageError(
                f"no datagrams can be sent to {self.place}: {error.strerror or error}"
            ) from error

    def send(self, data: bytes) -> bool:
        """Send one datagram, cut where it is too large; False when it was lost."""
        try:
            self._socket.send(data[:LARGEST])
        except OSError:  # nobody listens, or the network is down: whoever sends has other things to do
            self.lost += 1
            return False
        self.sent += 1
        return True

    def close(self) -> None:
        """Send nothing more."""
        self._socket.close()
