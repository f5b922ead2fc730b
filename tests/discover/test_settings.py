"""The manners of a scan."""

from __future__ import annotations

from port502.discover.settings import USUAL_UNITS, ScanSettings


def test_gentle_is_the_default() -> None:
    gentle, fast = ScanSettings(), ScanSettings.fast()
    assert gentle.hosts <= 8
    assert gentle.rate is not None
    assert gentle.pause >= 0.05
    assert not gentle.pipelined
    assert fast.hosts > gentle.hosts
    assert fast.rate is None
    assert fast.pipelined
    assert gentle.ports == fast.ports == (502, 802)
    assert USUAL_UNITS[0] == 1
