"""Opening an asyncio stream to a peer: TCP, TLS or a serial port, with one deadline."""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import sys
from collections.abc import Callable
from typing import Any, Protocol

from port502.errors import ConnectError, LinkError, UsageError
from port502.transport.sockets import RECEIVE_SIZE, Keepalive, connect_error, open_error, tune
from port502.transport.tls import Tls, context_for, expected_name, tls_error
from port502.transport.url import Target


class Receiver(Protocol):
    """Whoever wants the bytes of a stream."""

    def stream_received(self, stream: Stream, data: bytes) -> None:
        """Bytes arrived."""

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        """The stream has ended; None when the peer closed it in good order."""


# The event loops of POSIX fill the buffer and report it in one step, so that all connections can share one;
# on Windows the kernel fills it while others run.
_SHARED_BUFFER = memoryview(bytearray(RECEIVE_SIZE)) if sys.platform != "win32" else None


class Stream(asyncio.BufferedProtocol):
    """Bytes to and from one peer; after ``detach`` nothing is reported any more."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver: Receiver | None = receiver
        self._buffer = _SHARED_BUFFER or memoryview(bytearray(RECEIVE_SIZE))
        self.transport: asyncio.Transport
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.write: Callable[[bytes], None] = self.transport.write

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._receiver is not None:
            self._receiver.stream_received(self, bytes(self._buffer[:nbytes]))

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()
        if self._receiver is not None:
            self._receiver.stream_lost(self, exc)

    def has_news(self) -> bool:
        """Whether bytes or the end have arrived that the event loop has not told yet, as far as can be seen."""
        return False

    def detach(self) -> None:
        """Stop reporting and close."""
        self._receiver = None
        self.transport.abort()


class DirectStream(Stream):
    """A stream that hands its bytes to the socket itself; the transport gets only what the socket does not take.

    asyncio's own write costs more than the system call for the few bytes of a request.
    """

    def __init__(self, receiver: Receiver, sock: socket.socket) -> None:
        super().__init__(receiver)
        self._send = sock.send
        self._queued = False
        self._ear = select.poll()
        self._ear.register(sock, select.POLLIN)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=0)
        self.write = self._write

    def pause_writing(self) -> None:
        self._queued = True

    def resume_writing(self) -> None:
        self._queued = False

    def has_news(self) -> bool:
        return bool(self._ear.poll(0))

    def _write(self, data: bytes) -> None:
        if not self._queued:
            try:
                sent = self._send(data)
            except OSError:
                sent = 0  # full, or broken: the transport waits, or reports it
            if sent == len(data):
                return
            data = data[sent:]
        self.transport.write(data)


class SerialStream(asyncio.Protocol):
    """The same for a serial port, whose transport hands out bytes."""

    def __init__(self, receiver: Receiver) -> None:
        self._stream = Stream(receiver)

    @property
    def stream(self) -> Stream:
        """The stream that reports to the receiver."""
        return self._stream

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._stream.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        receiver = self._stream._receiver
        if receiver is not None:
            receiver.stream_received(self._stream, bytes(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._stream.connection_lost(exc)


async def dial(
    target: Target,
    receiver: Receiver,
    *,
    timeout: float,
    keepalive: Keepalive | None = None,
    source: str | None = None,
    tls: Tls | None = None,
) -> Stream:
    """Connect within ``timeout`` seconds, trying each address that the name has.

    Raises ConnectError with the reason in words.
    """
    try:
        async with asyncio.timeout(timeout):
            if target.is_serial:
                return await _open_serial(target, receiver)
            deadline = asyncio.get_running_loop().time() + timeout
            sock = await _open_tcp(target, deadline, keepalive, source)
            return await _stream_on(sock, target, receiver, tls)
    except LinkError:
        raise
    except ssl.SSLError as error:
        raise tls_error(target, error) from error
    except OSError as error:
        raise connect_error(target, error, timeout) from error
    except UnicodeError as error:
        raise ConnectError(f"could not connect to {target}: that is no host name") from error


async def _open_tcp(
    target: Target, deadline: float, keepalive: Keepalive | None, source: str | None
) -> socket.socket:
    """A connected socket, from the first address of the name that answers."""
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    failure: OSError = OSError("the name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            if source:
                sock.bind((source, 0))
            # One dead address must not eat the time of the others.
            share = (deadline - loop.time()) / (len(addresses) - index)
            async with asyncio.timeout(share):
                await loop.sock_connect(sock, address)
            tune(sock, keepalive)
            return sock
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure


async def _stream_on(sock: socket.socket, target: Target, receiver: Receiver, tls: Tls | None) -> Stream:
    secure: dict[str, Any] = {}
    loop = asyncio.get_running_loop()
    if target.scheme == "tls":
        tls = tls or ssl.create_default_context()
        secure = {"ssl": context_for(tls), "server_hostname": expected_name(tls, target.host)}
    direct = not secure and isinstance(loop, asyncio.SelectorEventLoop)
    try:
        _, stream = await loop.create_connection(
            lambda: DirectStream(receiver, sock) if direct else Stream(receiver), sock=sock, **secure
        )
    except ConnectionError as error:
        sock.close()
        if target.scheme == "tls":
            raise tls_error(target, error) from error
        raise
    except BaseException:
        sock.close()
        raise
    return stream


async def _open_serial(target: Target, receiver: Receiver) -> Stream:
    try:
        import serialx
    except ImportError:
        raise UsageError("serial lines need the package serialx: pip install 'port502[serial]'") from None
    settings = target.serial
    try:
        _, protocol = await serialx.create_serial_connection(
            asyncio.get_running_loop(),
            lambda: SerialStream(receiver),
            target.device,
            settings.baud,
            parity=serialx.Parity(settings.parity),
            stopbits=serialx.StopBits(settings.stop_bits),
            byte_size=settings.data_bits,
        )
    except (OSError, serialx.SerialException) as error:
        raise open_error(target, error) from error
    assert isinstance(protocol, SerialStream)
    return protocol.stream
