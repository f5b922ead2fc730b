"""A lock outlives the process that was told to lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import ConfigError
from port502.guard.lock_file import LockFile


def test_it_is_kept_until_it_is_removed(tmp_path: Path) -> None:
    lock = LockFile(tmp_path / "locked.json")
    assert lock.read() == ""
    lock.write("fire", "anna")
    assert LockFile(tmp_path / "locked.json").read() == "fire"
    lock.write("")
    assert lock.read() == "locked"
    lock.remove()
    lock.remove()
    assert lock.read() == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "\udcff"])
def test_a_lock_that_cannot_be_read_is_a_lock(tmp_path: Path, text: str) -> None:
    (tmp_path / "locked.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert LockFile(tmp_path / "locked.json").read() == "locked"


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a restart would free them"):
        LockFile(tmp_path / "missing" / "locked.json").write("fire")
    (tmp_path / "locked.json").mkdir()
    assert LockFile(tmp_path / "locked.json").read() == "locked"
    with pytest.raises(ConfigError, match="writes stay stopped"):
        LockFile(tmp_path / "locked.json").remove()
