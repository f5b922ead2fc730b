"""A blocking stream to a peer: TCP, TLS or a serial port. No thread, no event loop."""

from __future__ import annotations

import select
import socket
import ssl
import time
from typing import Any, Protocol

from port502.errors import ConnectError, LinkClosedError, TlsError, UsageError
from port502.transport.sockets import (
    RECEIVE_SIZE,
    Keepalive,
    connect_error,
    open_error,
    receive_timeout_option,
    tune,
    words_of,
)
from port502.transport.tls import Tls, context_for, expected_name, tls_error
from port502.transport.url import Target


class BlockingStream(Protocol):
    """Bytes to and from one peer."""

    def send(self, data: bytes) -> None:
        """Send all of it; raises LinkClosedError."""

    def receive(self, seconds: float, size: int = RECEIVE_SIZE) -> bytes:
        """What arrives within that time; empty when nothing did. Raises LinkClosedError at the end of the stream."""

    def unread(self) -> bytes:
        """What lies there unread, without waiting; raises LinkClosedError when that is the end of the stream."""

    def close(self) -> None:
        """Close; never raises."""


class SocketStream:
    """TCP or TLS."""

    def __init__(self, sock: socket.socket, target: Target) -> None:
        self._socket = sock
        self._target = target
        self._timeout = -1.0
        self._use_option = not isinstance(sock, ssl.SSLSocket) and receive_timeout_option(1.0) is not None
        if self._use_option:
            sock.settimeout(None)
        self._receive = sock.recv
        self._set_timeout(1.0)

    def send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except (BlockingIOError, TimeoutError) as error:
            raise LinkClosedError(
                f"{self._target} takes no more bytes; its receive window is full"
            ) from error
        except OSError as error:
            raise LinkClosedError(f"the connection to {self._target} was lost: {words_of(error)}") from error

    def receive(self, seconds: float, size: int = RECEIVE_SIZE) -> bytes:
        if seconds != self._timeout:
            self._set_timeout(seconds)
        try:
            data = self._receive(size)
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
            return b""
        except OSError as error:
            raise LinkClosedError(f"the connection to {self._target} was lost: {words_of(error)}") from error
        if not data:
            raise LinkClosedError(f"{self._target} closed the connection")
        return data

    def unread(self) -> bytes:
        if isinstance(self._socket, ssl.SSLSocket):
            return b""  # what is readable there may be a session ticket
        return self.receive(self._timeout) if _is_readable(self._socket) else b""

    def close(self) -> None:
        self._socket.close()

    def _set_timeout(self, seconds: float) -> None:
        seconds = max(seconds, 0.000_001)
        option = receive_timeout_option(seconds) if self._use_option else None
        if option is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, option)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, option)
        else:
            self._socket.settimeout(seconds)
        self._timeout = seconds


def _is_readable(sock: socket.socket) -> bool:
    """Whether bytes or the end of the stream can be read; by poll, since select knows no descriptor above 1023."""
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0])
    looking = select.poll()
    looking.register(sock, select.POLLIN)
    return bool(looking.poll(0))


class SerialPortStream:
    """A serial port of this machine."""

    def __init__(self, port: Any, target: Target) -> None:
        self._port = port
        self._target = target

    def send(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except OSError as error:
            raise LinkClosedError(f"{self._target} was lost: {words_of(error)}") from error

    def receive(self, seconds: float, size: int = RECEIVE_SIZE) -> bytes:
        try:
            first = bytearray(1)
            data = bytes(first[: self._port.readinto(first, timeout=max(seconds, 0.0))])
            return data + self.unread() if data else b""
        except TimeoutError:
            return b""
        except OSError as error:
            raise LinkClosedError(f"{self._target} was lost: {words_of(error)}") from error

    def unread(self) -> bytes:
        try:
            waiting = self._port.num_unread_bytes()
            return bytes(self._port.read(waiting)) if waiting else b""
        except OSError as error:
            raise LinkClosedError(f"{self._target} was lost: {words_of(error)}") from error

    def close(self) -> None:
        self._port.close()


def dial_blocking(
    target: Target,
    *,
    timeout: float,
    keepalive: Keepalive | None = None,
    source: str | None = None,
    tls: Tls | None = None,
) -> BlockingStream:
    """Connect within ``timeout`` seconds, trying each address that the name has; raises ConnectError."""
    if target.is_serial:
        return _open_serial(target)
    deadline = time.monotonic() + timeout
    try:
        addresses = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise connect_error(target, error, timeout) from error
    except UnicodeError as error:
        raise ConnectError(f"could not connect to {target}: that is no host name") from error
    failure: OSError = OSError("the name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        # One dead address must not eat the time of the others.
        share = max(deadline - time.monotonic(), 0.01) / (len(addresses) - index)
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(share)
            if source:
                sock.bind((source, 0))
            sock.connect(address)
            tune(sock, keepalive)
            if target.scheme == "tls":
                sock = _secured(sock, target, tls or ssl.create_default_context())
            return SocketStream(sock, target)
        except TlsError:
            sock.close()
            raise
        except OSError as error:
            sock.close()
            failure = error
    raise connect_error(target, failure, timeout) from failure


def _secured(sock: socket.socket, target: Target, tls: Tls) -> socket.socket:
    try:
        return context_for(tls).wrap_socket(sock, server_hostname=expected_name(tls, target.host))
    except (ssl.SSLError, ConnectionError) as error:
        raise tls_error(target, error) from error


def _open_serial(target: Target) -> BlockingStream:
    try:
        import serialx
    except ImportError:
        raise UsageError("serial lines need the package serialx: pip install 'port502[serial]'") from None
    settings = target.serial
    try:
        port: Any = serialx.Serial(  # type: ignore[abstract]
            target.device,
            settings.baud,
            parity=serialx.Parity(settings.parity),
            stopbits=serialx.StopBits(settings.stop_bits),
            byte_size=settings.data_bits,
        )
        port.open()
    except (OSError, serialx.SerialException) as error:
        raise open_error(target, error) from error
    return SerialPortStream(port, target)
