"""Before TLS is agreed on: connections that have not finished their handshake, few of them and for a short time.

The event loop's own server would hold each for a minute, without bound, until the process has no file left to open.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable

MOST = 100
PATIENCE = 10.0
"""Seconds for a handshake."""
BACKLOG = 100
RETRY = 1.0
"""Seconds until the next try where the process may open no more files."""


class Doorway:
    """Takes connections of a bound socket and makes them ``make()``'s once they have finished a handshake."""

    def __init__(
        self,
        listening: socket.socket,
        context: ssl.SSLContext,
        make: Callable[[], asyncio.Protocol],
        *,
        most: int = MOST,
        patience: float = PATIENCE,
    ) -> None:
        self._listening = listening
        self._context = context
        self._make = make
        self._most = most
        self._patience = patience
        self._waiting: dict[_Guest, None] = {}
        self._accepting: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def start(self) -> None:
        """Begin to take connections."""
        self._listening.listen(BACKLOG)
        self._accepting = asyncio.get_running_loop().create_task(self._accept())

    async def close(self) -> None:
        """Take no more, and let nobody wait."""
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        waiting = list(self._waiting)
        for one in waiting:
            one.leave()
        await asyncio.gather(*(one.task for one in waiting), return_exceptions=True)
        self._listening.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(self._listening)
            except OSError:
                await asyncio.sleep(RETRY)
                continue
            guest = _Guest(connection, address[0])
            guest.task = loop.create_task(self._shake_hands(guest))
            self._waiting[guest] = None
            if len(self._waiting) > self._most:
                self._make_room()

    def _make_room(self) -> None:
        """The oldest of the greediest address goes."""
        greediest = Counter(one.host for one in self._waiting).most_common(1)[0][0]
        oldest = next(one for one in self._waiting if one.host == greediest)
        del self._waiting[oldest]
        oldest.leave()

    async def _shake_hands(self, guest: _Guest) -> None:
        guest.has_begun = True
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._make, guest.connection, ssl=self._context, ssl_handshake_timeout=self._patience
            )
        except OSError:  # it does not speak TLS, takes too long, or is gone
            return
        finally:
            self._waiting.pop(guest, None)


class _Guest:
    """A connection in its handshake."""

    def __init__(self, connection: socket.socket, host: str) -> None:
        self.connection = connection
        self.host = host
        self.has_begun = False
        self.task: asyncio.Task[None]

    def leave(self) -> None:
        """Make room; once the handshake has begun the connection is the event loop's to close."""
        self.task.cancel()
        if not self.has_begun:  # and never will
            self.connection.close()
