"""Values written down."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from port502.cli.values import COLUMNS, Row
from port502.cli.watching.csv_log import CsvLog
from port502.errors import UsageError

ROW = Row("holding:0", "holding", 0, "uint16", 42, (42,), "2026-01-01T00:00:00Z", name="=cmd()")


def test_rows_are_added_to_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    for _ in range(2):
        log = CsvLog(path)
        log.add([ROW])
        log.close()
        assert log.rows == 1
    rows = list(csv.reader(path.read_text().splitlines()))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == 3
    assert rows[1] == rows[2]
    assert not rows[1][COLUMNS.index("name")].startswith("=")
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        CsvLog(tmp_path / "no" / "log.csv")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk to write on")
def test_a_full_disk_is_said_and_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log = CsvLog(path)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, log._file.fileno())
    os.close(full)
    with pytest.raises(UsageError, match="nothing more is written down"):
        log.add([ROW])
    log.close()
    assert log.rows == 0
