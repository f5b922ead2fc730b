"""A refused write out of an audit log or a capture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.cli.refused_write import refused_write
from port502.errors import ConfigError, UsageError
from port502.guard.record import WRITE, Record
from tests.peers.pcap import write_capture

READ = bytes.fromhex("0001 0000 0006 01 03 0000 0001"), bytes.fromhex("0001 0000 0003 01 83 02")
GOOD = bytes.fromhex("0002 0000 0006 01 06 0005 0007"), bytes.fromhex("0002 0000 0006 01 06 0005 0007")
REFUSED = bytes.fromhex("0003 0000 0006 03 06 006B 0007"), bytes.fromhex("0003 0000 0003 03 86 03")


def captured(path: Path, *pairs: tuple[bytes, bytes], port: int = 502) -> Path:
    exchanges = [(asks, data) for pair in pairs for asks, data in zip((True, False), pair, strict=True)]
    write_capture(path, exchanges, port)
    return path


def test_the_refused_write_of_a_capture(tmp_path: Path) -> None:
    found = refused_write(captured(tmp_path / "plant.pcap", READ, REFUSED, GOOD), "10.0.0.2", 502)
    assert (found.function, found.exception, found.unit, found.address) == (6, 3, 3, 107)
    assert "frame " in found.told_by


def test_a_capture_of_another_port_and_a_host_by_name(tmp_path: Path) -> None:
    path = captured(tmp_path / "plant.pcap", REFUSED, port=1502)
    assert refused_write(path, "plc.local", 1502).exception == 3


def test_reads_and_good_writes_are_no_refused_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no refused write"):
        refused_write(captured(tmp_path / "plant.pcap", READ, GOOD), "10.0.0.2", 502)


def test_an_audit_log_is_told_from_a_capture_by_its_beginning(tmp_path: Path) -> None:
    line = Record(event=WRITE, unit=1, function=16, address=9, exception=2, outcome="exception 2")
    log = tmp_path / "audit.jsonl"
    log.write_text(json.dumps(line.fields()) + "\n")
    assert refused_write(log, "10.0.0.2", 502).function == 16


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        refused_write(tmp_path / "none", "10.0.0.2", 502)
