"""Reading captures as a whole for a command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from port502.cli.capture_options import key_log, read_captures
from port502.errors import UsageError
from port502.traffic.message import Message
from tests.traffic.files import polling, write


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write(tmp_path / "plant.pcap", polling().records)


def taken(capture: Path, **options: object) -> list[Message]:
    found: list[Message] = []

    def take(messages: Sequence[Message]) -> None:
        found.extend(messages)

    read_captures([str(capture)], take, **options)  # type: ignore[arg-type]
    return found


def test_all_messages_are_given(capture: Path) -> None:
    assert len(taken(capture)) == 13


def test_those_that_pass_a_filter_are_given(capture: Path) -> None:
    assert {message.func_code for message in taken(capture, filter="modbus.func_code == 6")} == {6}
    with pytest.raises(UsageError):
        taken(capture, filter="modbus.func_code ==")


def test_what_cannot_be_read_is_told(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture.write_bytes(capture.read_bytes()[:-7])
    assert len(taken(capture)) == 12
    assert "plant.pcap" in capsys.readouterr().err


def test_a_key_log_is_read_or_refused(tmp_path: Path) -> None:
    assert key_log(None) is None
    with pytest.raises(UsageError, match="cannot read"):
        key_log(tmp_path / "none.log")
