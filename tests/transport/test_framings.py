"""Schemes and their framings."""

from __future__ import annotations

import pytest

from port502.protocol.ascii import AsciiFraming
from port502.protocol.long_frames import LongMbapFraming
from port502.protocol.mbap import MbapFraming
from port502.protocol.rtu import RtuFraming
from port502.transport.framings import framing_for


@pytest.mark.parametrize(
    ("scheme", "framing"),
    [
        ("tcp", MbapFraming),
        ("tls", MbapFraming),
        ("rtu", RtuFraming),
        ("rtu+tcp", RtuFraming),
        ("ascii", AsciiFraming),
    ],
)
def test_each_scheme_has_its_framing(scheme: str, framing: type) -> None:
    assert type(framing_for(scheme, "client")) is framing
    assert framing_for(scheme, "server") is not framing_for(scheme, "server")


def test_longer_frames_are_for_network_framing_only() -> None:
    assert type(framing_for("tls", "server", {90: 261})) is LongMbapFraming
    assert type(framing_for("tcp", "client", {})) is MbapFraming
    assert type(framing_for("rtu", "client", {90: 261})) is RtuFraming
