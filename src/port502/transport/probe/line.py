"""A connection on which every byte counts: what came, when, and how it ended, without any judgement."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable

from port502.transport.probe.tcp_info import TcpInfo, tcp_info
from port502.transport.tls import Tls, context_for, expected_name
from port502.transport.url import Target

MOST = 65536
"""Bytes kept of a peer that never stops talking."""

FIN = "closed"
RST = "reset"


class Line:
    """A connected socket, plain or with TLS.

    ``ending`` is how the peer ended it, ``ended_after`` when (s), ``error`` what the system said of that.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.opened = time.monotonic()
        self.ending = ""
        self.ended_after = 0.0
        self.heard = 0
        self.error: Exception | None = None

    @classmethod
    async def over(
        cls, sock: socket.socket, context: ssl.SSLContext | None = None, name: str | None = None
    ) -> Line:
        """The line over a connected socket; raises OSError, also of the TLS handshake."""
        try:
            if context is None:
                reader, writer = await asyncio.open_connection(sock=sock, limit=MOST)
            else:
                reader, writer = await asyncio.open_connection(
                    sock=sock, limit=MOST, ssl=context, server_hostname=name or ""
                )
        except BaseException:
            sock.close()
            raise
        return cls(reader, writer)

    @classmethod
    async def to(cls, target: Target, sock: socket.socket, tls: Tls | None = None) -> Line:
        """The line to a target: through TLS where its url says so, by default with the system's authorities."""
        if target.scheme != "tls":
            return await cls.over(sock)
        tls = tls or ssl.create_default_context()
        return await cls.over(sock, context_for(tls), expected_name(tls, target.host))

    @property
    def is_open(self) -> bool:
        """Whether the peer has not ended it, as far as was heard."""
        return not self.ending

    def send(self, data: bytes) -> None:
        """Send at once."""
        self._writer.write(data)

    async def listen(
        self, seconds: float, enough: Callable[[bytes], bool] = lambda data: bool(data)
    ) -> bytes:
        """What comes until it is ``enough``, the line ends, or the time is up."""
        heard = bytearray()
        deadline = time.monotonic() + seconds
        while not self.ending and len(heard) < MOST:
            left = deadline - time.monotonic()
            try:
                async with asyncio.timeout(max(left, 0.0)):
                    data = await self._reader.read(4096)
            except TimeoutError as error:
                if error.errno is not None:  # the kernel's own, not ours
                    self._end(RST)
                break
            except OSError as error:
                self.error = error
                self._end(RST)
                break
            if not data:
                self._end(FIN)
                break
            heard += data
            if enough(bytes(heard)):
                break
        self.heard += len(heard)
        return bytes(heard)

    def info(self) -> TcpInfo | None:
        """What the kernel knows of it now."""
        sock = self._writer.get_extra_info("socket")
        return None if sock is None or sock.fileno() < 0 else tcp_info(sock)

    async def close(self) -> None:
        """Let go of it at once, in good order where that is possible."""
        self._writer.close()
        try:
            async with asyncio.timeout(0.2):
                await self._writer.wait_closed()
        except OSError:
            self._writer.transport.abort()

    def _end(self, how: str) -> None:
        self.ending = how
        self.ended_after = time.monotonic() - self.opened
