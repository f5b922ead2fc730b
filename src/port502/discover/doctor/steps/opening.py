"""The first moments of the connection: TLS where it is asked for, and whether the other side speaks or leaves."""

from __future__ import annotations

import ssl
from dataclasses import replace

from port502.discover.doctor.evidence import Evidence, OpeningSeen
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.errors import CertificateError
from port502.transport.tls import PLAIN, tls_error

_VERSIONS = ("PROTOCOL", "VERSION", "CIPHER", "HANDSHAKE_FAILURE", "SHARED")


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
