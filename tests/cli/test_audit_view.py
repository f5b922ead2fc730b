"""An audit on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli.audit_view import MOST_LINES, report_lines
from port502.commission.audit.audit import audit
from tests.commission.audit.sites import facts

SITE = "connections:\n" + "".join(f"  c{n}: {{url: 'tcp://8.8.8.{n}'}}\n" for n in range(1, 10))


def shown(
    folder: Path, text: str = SITE, *, verbose: bool = False, colour: bool = False, width: int = 100
) -> str:
    report = audit(facts(folder, text))
    return "\n".join(report_lines(report, verbose=verbose, colour=colour, width=width))


def test_what_fails_stands_first_with_what_to_do(tmp_path: Path) -> None:
    lines = shown(tmp_path).splitlines()
    assert lines[0].startswith("s: not ready: ")
    assert lines[2] == "Fail  ADDR.PUBLIC  Nothing is at an address of the internet"
    assert lines[3].strip() == "c1 is at 8.8.8.1, an address of the internet, with nothing to protect it"
    assert f"    and {9 - MOST_LINES} more: -v" in lines
    assert any(line.startswith("    Do: ") for line in lines)
    assert lines[-1].endswith("; -v shows what passes")


def test_what_passes_is_only_counted_until_somebody_asks(tmp_path: Path) -> None:
    assert "ADDR.STATIC" not in shown(tmp_path)
    told = shown(tmp_path, verbose=True)
    assert "Pass  ADDR.STATIC  Devices have fixed addresses" in told
    assert "Nothing of the kind in this site: " in told
    assert "more: -v" not in told


def test_what_cannot_be_tested_is_a_line(tmp_path: Path) -> None:
    lines = shown(tmp_path).splitlines()
    at = lines.index("Not testable")
    assert any(line.startswith("    PLAN.SITE         no address sheet") for line in lines[at:])


@pytest.mark.parametrize("width", [20, 60, 200])
def test_lines_fit(tmp_path: Path, width: int) -> None:
    assert max(map(len, shown(tmp_path, width=width).splitlines())) <= max(60, min(110, width))


def test_colour_only_where_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" not in shown(tmp_path)
    assert "\x1b[1;31mFail\x1b[0m" in shown(tmp_path, colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in shown(tmp_path, colour=True)
