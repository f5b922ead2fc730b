"""The first moments of the connection: TLS where it is asked for, and whether the other side speaks or leaves."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import replace

from port502.discover.doctor.evidence import Evidence, OpeningSeen
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.errors import CertificateError
from port502.transport.probe.attempt import Outcome, Place, attempt
from port502.transport.probe.line import Line
from port502.transport.tls import PLAIN, tls_error

_VERSIONS = ("PROTOCOL", "VERSION", "CIPHER", "HANDSHAKE_FAILURE", "SHARED")
_HELLO_TIMEOUT = 1.0
_RECORDS = (0x15, 0x16)


async def opening(evidence: Evidence, visit: Visit) -> Evidence:
    """Take over the connection, and listen for a moment before anything is sent."""
    place, sock = evidence.place, visit.sock
    if place is None or sock is None:
        return evidence
    visit.sock = None
    talk = visit.talk = Talk(evidence.question, place)
    await talk.adopt(sock)
    line = talk.line
    if line is None:
        return replace(evidence, opening=_tls_fault(evidence, talk.tls_error))
    said = await line.listen(evidence.question.pace.early)
    if isinstance(line.error, ssl.SSLError):
        return replace(evidence, opening=_tls_fault(evidence, line.error))
    return replace(evidence, opening=OpeningSeen(said[:512], line.ending, line.ended_after))


def _tls_fault(evidence: Evidence, error: Exception | None) -> OpeningSeen:
    """What a failed handshake says: about a certificate, a version, or that the peer speaks no TLS."""
    if error is None:
        return OpeningSeen(tls_fault="unknown", tls_error="it ended without a word")
    if not isinstance(error, ssl.SSLError | OSError):
        return OpeningSeen(tls_fault="unknown", tls_error=str(error))
    told = tls_error(evidence.question.target, error)
    reason = str(getattr(error, "reason", "") or "")
    if isinstance(told, CertificateError):
        fault = "certificate"
    elif reason in PLAIN:
        fault = "plain"
    elif any(word in reason for word in _VERSIONS):
        fault = "version"
    else:
        fault = "unknown"
    return OpeningSeen(tls_fault=fault, tls_error=str(told).partition(": ")[2] or str(told))


async def tls_hello(place: Place, source: str | None = None) -> bytes:
    """What comes in answer to a TLS hello on a connection of its own; empty unless it is a TLS record."""
    seen, sock = await attempt(place, _HELLO_TIMEOUT, source=source)
    if sock is None or seen.outcome is not Outcome.OPEN:
        return b""
    line = await Line.over(sock)
    try:
        line.send(_hello())
        heard = await line.listen(_HELLO_TIMEOUT)
    finally:
        await line.close()
    return heard[:64] if len(heard) >= 3 and heard[0] in _RECORDS and heard[1] == 3 else b""


def _hello() -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = (
        ssl.CERT_NONE
    )  # only whether TLS is spoken is asked: nothing is said after the hello
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing)
    with contextlib.suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()
