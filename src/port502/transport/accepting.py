"""Accepting connections, and waiting in peace while the process has no descriptor left for another one.

asyncio's own server reports that state some thousand times, each with a traceback.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from collections.abc import Callable

BATCH = 64
"""Connections taken at one time; then the others have their turn."""

PAUSE = 0.5
"""Seconds without accepting after the descriptors ran out."""

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Acceptor:
    """Listening sockets whose connections get a protocol each.

    ``exhausted`` is called with the reason when accepting pauses.
    """

    def __init__(
        self,
        factory: Callable[[], asyncio.BaseProtocol],
        *,
        exhausted: Callable[[str], None],
    ) -> None:
        self._factory = factory
        self._exhausted = exhausted
        self._loop = asyncio.get_running_loop()
        self._sockets: list[socket.socket] = []
        self._pauses: dict[socket.socket, asyncio.TimerHandle] = {}
        self._arriving: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    async def listen(self, host: str, port: int, *, backlog: int) -> int:
        """Listen on every address of ``host``; returns the port. Raises OSError."""
        found = await self._loop.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        try:
            for family, kind, protocol, _, address in dict.fromkeys(found):
                self._sockets.append(_listening(family, kind, protocol, address, backlog))
        except OSError:
            await self.close()
            raise
        for sock in self._sockets:
            await self._start(sock, backlog)
        bound: int = self._sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Accept nobody any more; who is just being accepted has their protocol when this returns."""
        for pause in self._pauses.values():
            pause.cancel()
        for server in self._servers:
            server.close()
        for sock in self._sockets:
            if not self._servers:
                self._loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()
        await asyncio.gather(*self._arriving, return_exceptions=True)

    async def _start(self, sock: socket.socket, backlog: int) -> None:
        if sys.platform == "win32":  # where the event loop accepts in its own way
            self._servers.append(await self._loop.create_server(self._factory, sock=sock, backlog=backlog))
        else:
            self._loop.add_reader(sock, self._accept, sock)

    def _accept(self, sock: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                connection, _ = sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    continue  # that client is gone already
                self._pause(sock, error)
                return
            connection.setblocking(False)
            task = self._loop.create_task(self._welcome(connection))
            self._arriving.add(task)
            task.add_done_callback(self._arriving.discard)

    async def _welcome(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._factory, connection)
        except OSError:
            connection.close()  # gone already

    def _pause(self, sock: socket.socket, error: OSError) -> None:
        self._exhausted(f"no connection can be accepted: {error.strerror} (see ulimit -n); trying on")
        self._loop.remove_reader(sock)
        self._pauses[sock] = self._loop.call_later(PAUSE, self._resume, sock)

    def _resume(self, sock: socket.socket) -> None:
        del self._pauses[sock]
        self._loop.add_reader(sock, self._accept, sock)


def _listening(
    family: int, kind: int, protocol: int, address: tuple[object, ...], backlog: int
) -> socket.socket:
    sock = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would let two programs share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        sock.bind(address)
        sock.listen(backlog)
    except OSError:
        sock.close()
        raise
    return sock
