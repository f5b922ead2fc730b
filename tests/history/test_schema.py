from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.errors import UsageError
from port502.history.heap import Heap
from port502.history.schema import connect_reader, connect_writer
from port502.history.sealed import base_of


def test_the_file_is_for_the_owner_only_and_its_log_too(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with closing(connect_writer(path, 7)) as connection:
        connection.execute("INSERT INTO points (name) VALUES ('a')")
        modes = {part.name: part.stat().st_mode & 0o777 for part in tmp_path.iterdir()}
    assert modes == {"x.sqlite": 0o600, "x.sqlite-wal": 0o600, "x.sqlite-shm": 0o600}


def test_writing_is_in_wal_mode_with_synchronous_normal(tmp_path: Path) -> None:
    with closing(connect_writer(tmp_path / "x.sqlite", 7)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (1,)


def test_the_base_of_an_old_file_stays(tmp_path: Path) -> None:
    connect_writer(tmp_path / "x.sqlite", 7).close()
    with closing(connect_writer(tmp_path / "x.sqlite", 8)) as connection:
        assert base_of(connection) == 7


def test_a_missing_base_is_damage(tmp_path: Path) -> None:
    with closing(connect_writer(tmp_path / "x.sqlite", 7)) as connection:
        connection.execute("DELETE FROM about")
        with pytest.raises(sqlite3.DatabaseError, match="malformed"):
            base_of(connection)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as connection:
        connection.execute("CREATE TABLE people (name)")
    with pytest.raises(UsageError, match="another program"):
        connect_writer(tmp_path / "x.sqlite", 7)


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    with closing(connect_writer(tmp_path / "x.sqlite", 7)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="newer"):
        connect_writer(tmp_path / "x.sqlite", 7)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    connect_writer(tmp_path / "x.sqlite", 7).close()
    with (
        closing(connect_reader(tmp_path / "x.sqlite")) as connection,
        pytest.raises(sqlite3.OperationalError),
    ):
        connection.execute("DELETE FROM about")


def test_odd_characters_in_the_path_are_no_uri(tmp_path: Path) -> None:
    path = tmp_path / "100%?mode=rw#x.sqlite"
    connect_writer(path, 7).close()
    with closing(connect_reader(path)) as connection:
        assert base_of(connection) == 7


def test_plain_sql_sees_names_absolute_times_and_reasons(tmp_path: Path) -> None:
    heap = Heap(tmp_path / "x.sqlite", 1_760_000_000.0)
    heap.write([Sample("a.b", 1_760_000_001.5, 4.5), Sample("a.c", 1_760_000_002.0, None, "bad", "timeout")])
    heap.close()
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as connection:
        rows = connection.execute("SELECT * FROM readings ORDER BY id").fetchall()
    assert rows == [
        (1, "a.b", 1_760_000_001_500_000, 4.5, "good", ""),
        (2, "a.c", 1_760_000_002_000_000, None, "bad", "timeout"),
    ]
