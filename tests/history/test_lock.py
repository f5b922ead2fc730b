from __future__ import annotations

import os
from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.history.lock import WriterLock


def test_the_second_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "history.sqlite.lock")
    with pytest.raises(UsageError, match=rf"history.sqlite is being written by process {os.getpid()};"):
        WriterLock(tmp_path / "history.sqlite.lock")
    lock.close()
    lock.close()
    WriterLock(tmp_path / "history.sqlite.lock").close()


def test_the_lock_is_for_the_owner_only(tmp_path: Path) -> None:
    WriterLock(tmp_path / "x.lock").close()
    assert (tmp_path / "x.lock").stat().st_mode & 0o777 == 0o600
