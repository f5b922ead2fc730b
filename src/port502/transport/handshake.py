"""What a TLS handshake tells a listener: who the client is and what role it has, or why there is no session."""

from __future__ import annotations

import ssl
import time
from typing import Any

from port502.service.call import Session
from port502.transport.certificate import fingerprint
from port502.transport.role import role_of
from port502.transport.tls import PLAIN

NO_CERTIFICATE = "no certificate"
BAD_CERTIFICATE = "bad certificate"
NO_TLS = "no tls"
SLOW = "slow handshake"
BROKEN = "broken handshake"


def identify(session: Session, tls: Any) -> str:
    """Write down who the client is by its certificate; returns why the session must end, if so.

    ``tls`` is the ``ssl.SSLObject`` of the connection. A resumed session escaped the handshake's checks, so the role
    is read anew and the certificate's time is looked at.
    """
    certificate = tls.getpeercert(binary_form=True)
    if certificate is None:
        return "" if tls.context.verify_mode is not ssl.CERT_REQUIRED else "the client showed no certificate"
    facts = tls.getpeercert()
    session.fingerprint = fingerprint(certificate)
    session.subject = subject_of(facts)
    session.role, session.role_fault = role_of(certificate)
    ends = facts.get("notAfter")
    if tls.session_reused and ends is not None and ssl.cert_time_to_seconds(ends) < time.time():
        return "the certificate of the resumed session has expired"
    return ""


_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "localityName": "L",
    "stateOrProvinceName": "ST",
}


def subject_of(facts: dict[str, Any]) -> str:
    """The subject of a certificate as ssl tells it, in one line: ``CN=scada-1, O=Acme``."""
    parts = (pair for several in facts.get("subject", ()) for pair in several)
    return ", ".join(f"{_SHORT.get(name, name)}={value}" for name, value in parts)


def cause_of(error: ssl.SSLError) -> tuple[str, str]:
    """The cause and the words for a handshake that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return BAD_CERTIFICATE, f"its certificate was refused: {error.verify_message}"
    reason = error.reason or str(error)
    if "DID_NOT_RETURN_A_CERTIFICATE" in reason:
        return NO_CERTIFICATE, "it showed no certificate"
    if reason in PLAIN:
        return NO_TLS, "it does not speak TLS (plain Modbus belongs on port 502)"
    return BROKEN, f"no TLS session: {reason.replace('_', ' ').lower()}"
