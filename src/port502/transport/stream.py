"""Bytes to and from one peer: on a socket of the event loop's own, through a transport, or a serial port."""

from __future__ import annotations

import asyncio
import select
import socket
import sys
from typing import Protocol

from port502.transport.sockets import RECEIVE_SIZE


class Receiver(Protocol):
    """Whoever wants the bytes of a stream."""

    def stream_received(self, stream: Stream, data: bytes) -> None:
        """Bytes arrived."""

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        """The stream has ended; None when the peer closed it in good order."""


class Stream(Protocol):
    """Bytes to and from one peer; after ``detach`` nothing is reported to the receiver any more."""

    def write(self, data: bytes) -> None:
        """Send this behind everything before it; never waits."""

    def has_news(self) -> bool:
        """Whether bytes or the end have arrived that the event loop has not told yet, as far as can be seen."""

    def detach(self) -> None:
        """Stop reporting and close."""

    async def wait_closed(self) -> None:
        """Wait until nothing of it is left."""


class SocketStream:
    """A connected socket that the event loop watches, and nothing in between.

    asyncio's own transport costs more than the system calls for the few bytes of a request and its reply.
    """

    __slots__ = ("_loop", "_receiver", "_recv", "_send", "_sock", "_unsent")

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, receiver: Receiver) -> None:
        self._loop = loop
        self._sock = sock
        self._receiver: Receiver | None = receiver
        self._recv = sock.recv
        self._send = sock.send
        self._unsent = b""
        loop.add_reader(sock, self._readable)

    def write(self, data: bytes) -> None:
        """Send this behind everything before it; what the socket does not take now follows when it does."""
        if self._unsent:
            self._unsent += data
            return
        try:
            sent = self._send(data)
        except OSError:
            sent = 0  # full, or broken, which the loop tells in a moment
        if sent != len(data) and self._receiver is not None:
            self._unsent = data[sent:]
            self._loop.add_writer(self._sock, self._writable)

    def has_news(self) -> bool:
        """Whether bytes or the end have arrived that the event loop has not told yet."""
        ear = select.poll()
        ear.register(self._sock, select.POLLIN)
        return bool(ear.poll(0))

    def detach(self) -> None:
        """Stop reporting and close."""
        self._receiver = None
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
            self._sock.close()

    async def wait_closed(self) -> None:
        """Nothing is left after ``detach``."""

    def _readable(self) -> None:
        receiver = self._receiver
        try:
            data = self._recv(RECEIVE_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if not data:
            self._end(None)
        elif receiver is not None:
            receiver.stream_received(self, data)

    def _writable(self) -> None:
        try:
            sent = self._send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self._loop.remove_writer(self._sock)

    def _end(self, error: Exception | None) -> None:
        receiver = self._receiver
        self.detach()
        if receiver is not None:
            receiver.stream_lost(self, error)


class _TransportStream(asyncio.BaseProtocol):
    """A stream through a transport of the event loop, which hands the bytes to one of the two kinds below."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver: Receiver | None = receiver
        self._closed = asyncio.Event()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()
        if self._receiver is not None:
            self._receiver.stream_lost(self, exc)

    def write(self, data: bytes) -> None:
        """Send this behind everything before it."""
        self.transport.write(data)

    def has_news(self) -> bool:
        """Nothing can be seen through a transport."""
        return False

    def detach(self) -> None:
        """Stop reporting and close."""
        self._receiver = None
        self.transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the transport has let go of its socket or port."""
        await self._closed.wait()


class ProtocolStream(_TransportStream, asyncio.Protocol):
    """For transports that are good at handing out bytes: those of other loops than asyncio's, and serial ports."""

    def data_received(self, data: bytes) -> None:
        if self._receiver is not None:
            self._receiver.stream_received(self, bytes(data))


# The event loops of POSIX fill the buffer and report it in one step, so that all connections can share one;
# on Windows the kernel fills it while others run.
_SHARED_BUFFER = memoryview(bytearray(RECEIVE_SIZE)) if sys.platform != "win32" else None


class BufferedStream(_TransportStream, asyncio.BufferedProtocol):
    """For transports that would read into a large new buffer each time: TLS."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(receiver)
        self._buffer = _SHARED_BUFFER or memoryview(bytearray(RECEIVE_SIZE))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._receiver is not None:
            self._receiver.stream_received(self, bytes(self._buffer[:nbytes]))
