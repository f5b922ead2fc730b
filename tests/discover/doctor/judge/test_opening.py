"""The first moments of a connection."""

from __future__ import annotations

import pytest

from port502.discover.doctor.evidence import ConnectSeen, OpeningSeen
from port502.discover.doctor.judge import judge
from port502.transport.probe.own import OwnConnection
from tests.discover.doctor.cases import attempted, evidence


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        (OpeningSeen(ending="closed", after=0.002), "TCP.LIMIT"),
        (OpeningSeen(said=b"SSH-2.0-x\r\n"), "APP.NOT_MODBUS"),
        (OpeningSeen(said=bytes.fromhex("15030300020228")), "APP.TLS"),
        (OpeningSeen(said=b"\x00\x01\x02"), "APP.NOT_MODBUS"),
        (OpeningSeen(tls_fault="certificate", tls_error="expired"), "TLS.CERT"),
        (OpeningSeen(tls_fault="version", tls_error="no shared cipher"), "TLS.VERSION"),
        (OpeningSeen(tls_fault="plain", tls_error="wrong version number"), "APP.NOT_MODBUS"),
        (OpeningSeen(tls_fault="unknown", tls_error="?"), "UNKNOWN"),
    ],
)
def test_what_happens_before_anything_is_sent(opening: OpeningSeen, code: str) -> None:
    assert judge(evidence(opening=opening)).main.code == code


def test_our_own_connections_are_counted_where_the_limit_is_reached() -> None:
    tried = ConnectSeen((attempted(),), own=(OwnConnection(40000, "established", "scada (process 9)"),))
    main = judge(evidence(connect=tried, opening=OpeningSeen(ending="reset", after=0.001))).main
    assert "this machine itself has 1 to it" in main.fix
    assert any("scada" in one.value for one in main.signals)


def test_a_connection_that_stays_open_says_nothing() -> None:
    assert judge(evidence(opening=OpeningSeen())).main.code == "UNKNOWN"
