"""How far the reading of captures is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from port502.cli import inspect_progress
from port502.cli.inspect_progress import progress
from port502.traffic.captures import Captures
from tests.traffic.files import polling, write


class Terminal(io.StringIO):
    """A stream that takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_moves_on_a_terminal_where_there_is_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(inspect_progress, "WORTH_IT", 1)
    reading = Captures.of_files([str(write(tmp_path / "a.pcap", polling().records))])
    with progress(reading, wanted=True) as moved:
        for _ in reading.messages():
            moved()
    assert "reading" in stream.getvalue()
    assert "100 %" in stream.getvalue()


@pytest.mark.parametrize("wanted", [True, False])
def test_there_is_none_for_little_or_where_it_is_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    reading = Captures.of_files([str(write(tmp_path / "a.pcap", polling().records))])
    with progress(reading, wanted=wanted) as moved:
        moved()
    assert stream.getvalue() == ""
