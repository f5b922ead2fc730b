"""Whether TLS is spoken at a place: one hello on a connection of its own, and nothing behind it."""

from __future__ import annotations

import contextlib
import ssl

from port502.transport.probe.attempt import Place, attempt
from port502.transport.probe.line import Line

_TIMEOUT = 1.0
_ALERT, _HANDSHAKE = 0x15, 0x16
_SERVER_HELLO = 2
_KEPT = 64


async def tls_hello(place: Place, source: str | None = None) -> bytes:
    """What comes in answer to a TLS hello; empty unless it is that of a TLS server."""
    _, sock = await attempt(place, _TIMEOUT, source=source)
    if sock is None:
        return b""
    line = await Line.over(sock)
    try:
        line.send(hello())
        heard = await line.listen(_TIMEOUT)
    finally:
        await line.close()
    return heard[:_KEPT] if is_answer(heard) else b""


def is_answer(data: bytes) -> bool:
    """Whether bytes begin with the hello of a TLS server or with an alert; our own hello, echoed, is neither."""
    if len(data) < 6 or data[1] != 3:
        return False
    return data[0] == _ALERT or (data[0] == _HANDSHAKE and data[5] == _SERVER_HELLO)


def hello() -> bytes:
    """The first message of a TLS client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = (
        ssl.CERT_NONE
    )  # whether TLS is spoken is all that is asked: nothing is said behind it
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing)
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()
