"""Going on without TLS, where the owner of a connection said for which reasons that may be."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from port502.errors import CertificateError, ConnectError, TlsError, UsageError
from port502.transport.url import Target

REASONS = ("refused", "timeout", "unreachable", "tls", "certificate")
"""Why a connection with TLS could not be made: nothing listens, no answer, no route, no TLS, a failed check."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """A plain ``target`` to connect to when TLS failed for one of the reasons ``when``.

    After ``retry`` seconds TLS is tried again. Raises UsageError for unknown reasons and for a target of another kind.
    """

    target: Target
    when: frozenset[str]
    retry: float = 300.0

    def __post_init__(self) -> None:
        if self.target.scheme != "tcp":
            raise UsageError(f"{self.target}: a fallback is a tcp:// url")
        if unknown := self.when - set(REASONS):
            raise UsageError(
                f"{sorted(unknown)[0]!r} is no reason to fall back; there are {', '.join(REASONS)}"
            )


def kind_of(error: ConnectError) -> str:
    """Which of the reasons an attempt failed for; empty for any other."""
    if isinstance(error, CertificateError):
        return "certificate"
    if isinstance(error, TlsError):
        return "tls"
    cause = error.__cause__
    if isinstance(cause, ConnectionRefusedError):
        return "refused"
    if isinstance(cause, TimeoutError):
        return "timeout"
    if isinstance(cause, OSError) and cause.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return "unreachable"
    return ""
