"""Which failures of TLS are which, and what a fallback may be."""

from __future__ import annotations

import errno

import pytest

from port502.errors import CertificateError, ConnectError, TlsError, UsageError
from port502.transport.fallback import REASONS, Fallback, kind_of
from port502.transport.url import Target

PLAIN = Target("tcp", "10.0.0.1", 502)


def failed(cause: OSError) -> ConnectError:
    try:
        raise ConnectError("could not connect") from cause
    except ConnectError as error:
        return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (failed(ConnectionRefusedError()), "refused"),
        (failed(TimeoutError()), "timeout"),
        (failed(OSError(errno.EHOSTUNREACH, "no route")), "unreachable"),
        (TlsError("no TLS there"), "tls"),
        (CertificateError("expired"), "certificate"),
        (failed(OSError(errno.EMFILE, "no descriptor")), ""),
        (failed(ConnectionResetError()), ""),
        (ConnectError("that is no host name"), ""),
    ],
)
def test_each_failure_has_its_kind(error: ConnectError, kind: str) -> None:
    assert kind_of(error) == kind
    assert not kind or kind in REASONS


def test_a_fallback_is_plain_and_for_known_reasons() -> None:
    assert Fallback(PLAIN, frozenset({"refused"})).retry == 300
    with pytest.raises(UsageError, match="tcp://"):
        Fallback(Target("tls", "10.0.0.1", 802), frozenset({"refused"}))
    with pytest.raises(UsageError, match="no reason"):
        Fallback(PLAIN, frozenset({"always"}))
