"""Opening an asyncio stream to a peer: TCP, TLS or a serial port, with one deadline."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

from port502.errors import ConnectError, LinkError, UsageError
from port502.transport.direction import switch_direction
from port502.transport.sockets import Keepalive, connect_error, open_error, tune
from port502.transport.stream import BufferedStream, ProtocolStream, Receiver, SocketStream, Stream
from port502.transport.tls import Tls, context_for, expected_name, tls_error
from port502.transport.url import Target


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
    """A stream of the kind that is cheapest on this event loop."""
    loop = asyncio.get_running_loop()
    if target.scheme == "tls":
        return await _secure_stream(sock, target, receiver, tls or ssl.create_default_context())
    if isinstance(loop, asyncio.SelectorEventLoop):
        return SocketStream(loop, sock, receiver)
    try:
        _, stream = await loop.create_connection(lambda: ProtocolStream(receiver), sock=sock)
    except BaseException:
        sock.close()
        raise
    return stream


async def _secure_stream(sock: socket.socket, target: Target, receiver: Receiver, tls: Tls) -> Stream:
    try:
        _, stream = await asyncio.get_running_loop().create_connection(
            lambda: BufferedStream(receiver),
            sock=sock,
            ssl=context_for(tls),
            server_hostname=expected_name(tls, target.host),
        )
    except ConnectionError as error:
        sock.close()
        raise tls_error(target, error) from error
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
        _, stream = await serialx.create_serial_connection(
            asyncio.get_running_loop(),
            lambda: ProtocolStream(receiver),
            target.device,
            settings.baud,
            parity=serialx.Parity(settings.parity),
            stopbits=serialx.StopBits(settings.stop_bits),
            byte_size=settings.data_bits,
        )
    except (OSError, serialx.SerialException) as error:
        raise open_error(target, error) from error
    assert isinstance(stream, ProtocolStream)
    try:
        switch_direction(_descriptor_of(stream), settings.rs485, target.device)
    except ConnectError:
        stream.detach()
        await stream.wait_closed()
        raise
    return stream


def _descriptor_of(stream: ProtocolStream) -> int:
    transport: Any = stream.transport
    descriptor: int = transport._serial.fileno()
    return descriptor
