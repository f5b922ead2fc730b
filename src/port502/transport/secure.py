"""TLS between a socket and a served stream.

asyncio's own TLS layer knows a client only when the handshake is over, and drops the alert that says why it failed.
Here the client is admitted first, every failure is answered with its alert (Modbus/TCP Security, R-10), and a
connection costs as much memory as its bytes need.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
from typing import Any, cast

from port502.transport.handshake import BROKEN, cause_of
from port502.transport.served import READ_SIZE, ServedStream
from port502.transport.tls import Tls, context_for

_SHARED_BUFFER = memoryview(bytearray(READ_SIZE)) if sys.platform != "win32" else None


class SecureStream(asyncio.BufferedProtocol, asyncio.Transport):
    """The protocol of a socket, and the transport of the stream that sees what is inside of TLS."""

    def __init__(self, inner: ServedStream, tls: Tls) -> None:
        super().__init__()
        self._inner = inner
        self._tls = tls
        self._buffer = _SHARED_BUFFER or memoryview(bytearray(READ_SIZE))
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object: ssl.SSLObject
        self._transport: asyncio.Transport
        self._is_open = False
        self._closing = False
        self._paused = False

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if not self._inner.arrive(self):
            self._closing = True
            self._transport.abort()
            return
        self._object = context_for(self._tls).wrap_bio(self._incoming, self._outgoing, server_side=True)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if self._closing:
            return
        self._incoming.write(self._buffer[:nbytes])
        if self._is_open or self._shake_hands():
            self._decrypt()

    def eof_received(self) -> bool:
        if not self._closing and not self._is_open:
            self._inner.turn_away(BROKEN, "it went away in the TLS handshake")
        return False  # cut off without a goodbye: whatever is half said is not heard

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_open and not self._closing:
            # A session that TCP cut off may still be resumed (RFC 5246, 7.2.1), unless OpenSSL forgets it here.
            with contextlib.suppress(ssl.SSLError):
                self._object.unwrap()
        self._closing = True
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        if self._is_open:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._is_open:
            self._inner.resume_writing()

    # TLS

    def _shake_hands(self) -> bool:
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except ssl.SSLError as error:
            self._flush()  # the alert
            self._inner.turn_away(*cause_of(error))
            return False
        self._flush()
        self._is_open = True
        self._inner.opened(self._object)
        return not self._closing

    def _decrypt(self) -> None:
        """Hand on what is inside of the records that are complete."""
        read, pending, incoming = self._object.read, self._object.pending, self._incoming
        while not self._paused and not self._closing:
            buffer = self._inner.get_buffer(-1)
            filled = 0
            over = False
            try:
                while filled < READ_SIZE:
                    count = cast(int, read(READ_SIZE - filled, buffer[filled:] if filled else buffer))
                    if not count:
                        over = True
                        break
                    filled += count
                    if not incoming.pending and not pending():
                        break  # spares the exception that would say so
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLZeroReturnError:
                over = True
            except ssl.SSLError as error:
                self._fail(error)
                return
            self._flush()
            if filled:
                self._inner.buffer_updated(filled)
            if over:
                self._goodbye()
                return
            if filled < READ_SIZE:
                return

    def _fail(self, error: ssl.SSLError) -> None:
        """The records are broken, and with them the way back: nothing more is taken."""
        self._flush()  # the alert
        reason = (error.reason or str(error)).replace("_", " ").lower()
        self._inner.drop("frame", f"TLS failed: {reason}")

    def _goodbye(self) -> None:
        """The client said that nothing more comes; what it asked for is still answered."""
        if not self._closing and not self._inner.eof_received():
            self.close()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._transport.write(self._outgoing.read())

    # The transport of the inner stream

    def write(self, data: Any) -> None:
        if self._closing:
            return
        at = self._object.write(data)
        while at < len(data):
            at += self._object.write(data[at:])
        self._transport.write(self._outgoing.read())

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        if self._is_open:
            with contextlib.suppress(ssl.SSLError):  # our goodbye is said; nobody waits for theirs
                self._object.unwrap()
            self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._closing = True
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._closing or self._transport.is_closing()

    def pause_reading(self) -> None:
        self._paused = True
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._paused = False
        self._transport.resume_reading()
        asyncio.get_running_loop().call_soon(self._read_on)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._object if name == "ssl_object" else self._transport.get_extra_info(name, default)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def _read_on(self) -> None:
        if self._is_open and not self._closing:
            self._decrypt()
