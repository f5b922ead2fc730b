from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.history.damage import fault_of, is_damage, set_aside, set_aside_before
from port502.history.heap import Heap

START = 1_760_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite"
    heap = Heap(path, START)
    for batch in range(30):
        heap.write([Sample("a", START + batch, step * 0.5) for step in range(1000)])
    heap.close()
    return path


def fault(path: Path) -> str:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return fault_of(connection, path)


def test_a_sound_file_has_no_fault(path: Path) -> None:
    assert fault(path) == ""


def test_a_cut_file_is_found(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size - 3 * 4096)
    assert "malformed" in fault(path)


def test_a_page_of_rubbish_is_found(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100 * 4096)
        file.write(b"\xa5" * 4096)
    assert fault(path) != ""


def test_a_header_of_rubbish_is_found(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"not a database at all")
    assert "not a database" in fault(path)


@pytest.fixture
def large(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("port502.history.damage.THOROUGH", 1000)
    return path


def test_a_large_sound_file_has_no_fault(large: Path) -> None:
    assert fault(large) == ""


def test_a_large_file_that_was_cut_is_found(large: Path) -> None:
    with large.open("r+b") as file:
        file.truncate(100 * 4096)
    assert "malformed" in fault(large)


def test_of_a_large_file_the_newest_part_is_looked_at(large: Path) -> None:
    pages = large.stat().st_size // 4096
    with large.open("r+b") as file:
        file.seek((pages - 5) * 4096)
        file.write(b"\xa5" * 4096)
    assert fault(large) != ""


def test_an_empty_large_file_has_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("port502.history.damage.THOROUGH", 1000)
    Heap(tmp_path / "x.sqlite", START).close()
    assert fault(tmp_path / "x.sqlite") == ""


def test_a_full_disk_is_no_damage() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA max_page_count = 3")
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.executescript("CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(100000))")
    assert not is_damage(caught.value)
    assert is_damage(sqlite3.DatabaseError("database disk image is malformed"))


def test_set_aside_moves_the_log_too_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    found = []
    for content in ("one", "two"):
        path.write_text(content)
        (tmp_path / "history.sqlite-wal").write_text(content + " log")
        found.append(set_aside(path, START))
    assert [each.name for each in found] == [
        "history-damaged-20251009T085320Z.sqlite",
        "history-damaged-20251009T085320Z-2.sqlite",
    ]
    assert [each.read_text() for each in found] == ["one", "two"]
    assert [Path(f"{each}-wal").read_text() for each in found] == ["one log", "two log"]
    assert not path.exists()
    assert sorted(found) == set_aside_before(path)


def test_only_files_of_this_history_are_its_damaged_ones(tmp_path: Path) -> None:
    for name in ("history.sqlite", "other-damaged-1.sqlite", "history-damaged-1.sqlite-wal"):
        (tmp_path / name).write_text("")
    assert set_aside_before(tmp_path / "history.sqlite") == []
    assert set_aside_before(tmp_path / "nowhere" / "history.sqlite") == []
