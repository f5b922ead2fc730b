"""A diagnosis on a terminal."""

from __future__ import annotations

import pytest

from port502.cli.diagnosis_view import diagnosis_lines, step_line
from tests.discover.doctor.cases import evidence, exchange
from tests.discover.doctor.reports import HOSTILE, report


def shown(verbose: int = 0, *, colour: bool = False, width: int = 100, **more: object) -> list[str]:
    return list(diagnosis_lines(report(**more), verbose=verbose, colour=colour, width=width))  # type: ignore[arg-type]


def test_the_verdict_is_the_first_thing_one_reads() -> None:
    lines = shown()
    assert lines[0] == "Fault: The device is reached, but its Modbus server ignores requests to unit 1."
    assert lines[1] == "APP.SILENT_ACKED, sure"
    assert any(line.startswith("Do: Check unit id") for line in lines)
    assert lines.index("Not tested") > lines.index("See for yourself")


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (60, 80, 200):
        assert max(map(len, shown(1, width=width))) <= min(width, 110)


def test_with_v_both_systems_are_shown() -> None:
    text = "\n".join(shown(1))
    assert "Windows: ping 192.168.1.10" in text or "Linux: ping -c 3 192.168.1.10" in text
    assert "Windows:" not in "\n".join(shown())


def test_a_healthy_device_needs_no_advice() -> None:
    lines = shown(seen=evidence(first=exchange()))
    assert lines[0].startswith("It works")
    assert not any(line.startswith("Do:") for line in lines)


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert shown(colour=True)[0].startswith("\x1b[1;31mFault: \x1b[0m")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shown(colour=True)[0]


def test_a_step_in_one_line() -> None:
    (step,) = report(step_result="x").steps
    assert step_line(step).split() == ["modbus", "5003", "ms", "x"]


def test_what_a_device_said_does_not_command_the_terminal() -> None:
    assert "\x1b" not in "\n".join(shown(1, step_result=HOSTILE))
