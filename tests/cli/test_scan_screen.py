"""A scan as it goes on."""

from __future__ import annotations

import pytest

from port502.cli.scan_screen import Screen
from port502.discover.found import FoundDevice, FoundUnit
from port502.discover.scanner import Progress
from port502.discover.units import UnitClass

DEVICE = FoundDevice("10.0.0.5", 502, units=(FoundUnit(1, UnitClass.DEVICE, vendor="Acme"),))


def test_devices_are_printed_at_once_under_one_heading(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen(254, lines=True, bar=True) as screen:
        screen.found(DEVICE)
        assert len(capsys.readouterr().out.splitlines()) == 2
        screen.moved(Progress(254, 1, 1, 1))
        screen.found(DEVICE)
        assert len(capsys.readouterr().out.splitlines()) == 1


def test_where_nobody_looks_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Screen(254, lines=False, bar=True) as screen:
        screen.found(DEVICE)
        screen.moved(Progress(254, 200, 1, 1))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
