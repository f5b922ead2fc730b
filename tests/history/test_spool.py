from __future__ import annotations

import logging
import math
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.errors import UsageError
from port502.history import History, Spool
from port502.history.heap import SPAN

START = 1_760_000_000.0


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def some(count: int, start: float = START, point: str = "a") -> list[Sample]:
    return [Sample(point, start + step, float(step)) for step in range(count)]


def kept(path: Path) -> list[Sample]:
    return list(History(path).query(["*"]))


def fill_up(spool: Spool) -> None:
    """From here on the database may not grow by a single page."""
    assert spool._heap is not None
    spool._heap.connection.execute("PRAGMA max_page_count = 1")


def make_room(spool: Spool) -> None:
    assert spool._heap is not None
    spool._heap.connection.execute("PRAGMA max_page_count = 1000000")


def test_directory_and_file_are_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "data" / "history.sqlite"
    with Spool(path, clock=Clock()) as spool:
        spool.append(some(1))
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert {part.stat().st_mode & 0o777 for part in path.parent.iterdir()} == {0o600}


def test_the_rights_of_a_directory_that_was_there_are_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Spool(tmp_path / "history.sqlite").close()
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_what_was_appended_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    for part in range(3):
        with Spool(path, clock=Clock()) as spool:
            spool.append(some(2500, START + part * 10_000))
    assert kept(path) == [sample for part in range(3) for sample in some(2500, START + part * 10_000)]
    assert History(path).verify() == []


def test_nothing_appended_is_nothing_kept(tmp_path: Path) -> None:
    with Spool(tmp_path / "history.sqlite", clock=Clock()) as spool:
        spool.append([])
        assert spool.info().samples == 0


def test_the_second_writer_is_refused_until_the_first_has_closed(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    spool = Spool(path)
    with pytest.raises(UsageError, match="one writer at a time"):
        Spool(path)
    spool.close()
    spool.close()
    with pytest.raises(UsageError, match="closed"):
        spool.append(some(1))
    Spool(path).close()


@pytest.mark.parametrize(
    "place", ["a file in the way", "a directory in place of the file", "another database"]
)
def test_a_path_that_cannot_be_a_history_is_refused_and_freed(tmp_path: Path, place: str) -> None:
    path = tmp_path / "data" / "history.sqlite"
    if place == "a file in the way":
        (tmp_path / "data").write_text("")
    elif place == "a directory in place of the file":
        path.mkdir(parents=True)
    else:
        path.parent.mkdir()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE people (name)")
        connection.close()
    for _ in range(2):
        with pytest.raises(UsageError):
            Spool(path)


def test_on_a_full_disk_nothing_is_raised_and_the_loss_is_counted_said_once_and_explained(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "history.sqlite"
    with Spool(path, clock=Clock()) as spool:
        spool.append(some(1000))
        fill_up(spool)
        for batch in range(5):
            spool.append(some(1000, START + 1000 + batch * 1000))
        assert (spool.lost, spool.last_error) == (5000, "database or disk is full")
        assert spool.info().lost == 5000
        assert len(kept(path)) == 1000
        make_room(spool)
        spool.append(some(10, START + 9000))
        spool.append(some(10, START + 9010))
        info = spool.info()
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]
    assert "full" in caplog.messages[0]
    assert "5000 samples were lost" in caplog.messages[1]
    (gap,) = info.gaps
    assert (gap.since, gap.until, gap.lost) == (START + 1000, START + 5999, 5000)
    assert (info.samples, info.lost) == (1020, 5000)
    assert History(path).verify() == []


def test_names_first_seen_on_a_full_disk_are_right_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with Spool(path, clock=Clock()) as spool:
        fill_up(spool)
        spool.append(some(1000, point="never kept"))
        make_room(spool)
        spool.append([Sample("second", START, 2.0), Sample("third", START + 1, 3.0, "bad", "why")])
    assert [(each.point, each.value, each.reason) for each in kept(path)] == [
        ("second", 2.0, ""),
        ("third", 3.0, "why"),
    ]


def test_losses_reported_from_outside_are_written_on_closing(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with Spool(path, clock=Clock()) as spool:
        spool.record_loss(START, START + 5, 7, "the disk was too slow")
        spool.record_loss(math.nan, START + 9, 1, "the disk was too slow")
        assert spool.lost == 8
    info = History(path).info()
    assert info.lost == 8
    assert [(gap.since, gap.until, gap.lost) for gap in info.gaps] == [(START, START + 9, 8)]


def test_only_the_samples_that_cannot_be_kept_are_lost(tmp_path: Path) -> None:
    with Spool(tmp_path / "history.sqlite", clock=Clock()) as spool:
        spool.append([Sample("a", math.nan, 1), Sample("b", START, 2), Sample("c", START, [])])  # type: ignore[arg-type]
        assert spool.lost == 2
        assert spool.last_error.startswith("a: time nan")
        spool.append([Sample("\ud800", START, 1)])
        spool.append([Sample("d", START, 4)])
        assert [each.point for each in kept(spool.path)] == ["b", "d"]
        assert spool.lost == 3


def test_samples_older_than_keep_are_dropped_and_counted(tmp_path: Path) -> None:
    clock = Clock()
    with Spool(tmp_path / "history.sqlite", keep=3600.0, clock=clock) as spool:
        for batch in range(10):
            clock.now = START + (batch + 1) * 1000
            spool.append(some(SPAN, START + batch * 1000))
        info = spool.info()
        assert spool.dropped == info.dropped == 6000
        assert info.first == START + 6000
        assert info.samples == 4000


def test_beyond_max_bytes_the_oldest_are_dropped_and_the_file_stops_growing(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    sizes = []
    with Spool(path, keep=None, max_bytes=500_000) as spool:
        for batch in range(100):
            spool.append(some(SPAN, START + batch * 1000))
            if batch % 10 == 9:
                spool._heap.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
                sizes.append(path.stat().st_size)
        info = spool.info()
    assert max(sizes) < 600_000
    assert info.samples + info.dropped == 100_000
    assert info.last == START + 99_999
    assert kept(path)[0].time == info.first


def test_a_file_removed_while_in_use_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "data" / "history.sqlite"
    with Spool(path, clock=Clock()) as spool:
        spool.append(some(10))
        path.unlink()
        spool.append(some(10, START + 100))
        assert [each.time for each in kept(path)] == [START + 100 + step for step in range(10)]
        assert "removed while in use" in caplog.text
        assert History(path).verify() == []


def test_a_directory_removed_while_in_use_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "data" / "history.sqlite"
    with Spool(path, clock=Clock()) as spool:
        spool.append(some(10))
        shutil.rmtree(path.parent)
        spool.append(some(10, START + 100))
        assert len(kept(path)) == 10
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_damage_met_while_writing_moves_on_to_a_new_file_without_loss(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "history.sqlite"
    clock = Clock()
    with Spool(path, clock=clock) as spool:
        spool.append(some(100))
        assert spool._heap is not None
        spool._heap.connection.execute("DROP TABLE spans")
        spool.append(some(1000, START + 1000))
        assert spool.lost == 0
        assert spool.info().samples == 1000
        assert "set aside as history-damaged-" in caplog.text
        assert len(spool.info().damaged) >= 1


def test_a_disk_that_spoils_every_file_is_not_filled_with_spoiled_files(tmp_path: Path) -> None:
    clock = Clock()
    with Spool(tmp_path / "history.sqlite", clock=clock) as spool:
        for _ in range(5):
            if spool._heap is not None:
                spool._heap.connection.execute("DROP TABLE samples")
            spool.append(some(10))
        assert len(list(tmp_path.glob("history-damaged-*.sqlite"))) == 1
        assert spool.lost > 0
        clock.now += 61
        spool.append(some(10))
        assert len(list(tmp_path.glob("history-damaged-*.sqlite"))) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="cannot be kept"):
        Spool(tmp_path / "history.sqlite")
    tmp_path.chmod(0o700)
