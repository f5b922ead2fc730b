from __future__ import annotations

import os
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.errors import UsageError
from port502.history import History, Spool
from port502.history.damage import set_aside

START = 1_760_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite"
    with Spool(path, keep=None) as spool:
        for second in range(600):
            at = START + second
            spool.append(
                [
                    Sample("pump.speed", at, float(second)),
                    Sample("pump.run", at, second % 2 == 0),
                    Sample("tank.level", at, None, "bad", "timeout")
                    if second % 60 == 59
                    else Sample("tank.level", at, 7),
                ]
            )
    return path


def test_names_and_globs(path: Path) -> None:
    history = History(path)
    assert history.points() == ["pump.run", "pump.speed", "tank.level"]
    assert history.points(["pump.*", "pump.run"]) == ["pump.run", "pump.speed"]
    assert history.points(["*.le?el", "pump.s[a-z]eed"]) == ["pump.speed", "tank.level"]


def test_an_unknown_point_is_refused_with_the_nearest(path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing was kept of 'pump.sped'; did you mean pump.speed"):
        History(path).query(["pump.sped"])
    with pytest.raises(UsageError, match="'valve"):
        History(path).query(["valve.*"])


def test_an_empty_history_knows_no_points_but_refuses_none(tmp_path: Path) -> None:
    Spool(tmp_path / "history.sqlite").close()
    history = History(tmp_path / "history.sqlite")
    assert list(history.query(["pump.speed"])) == []
    assert list(history.query(["pump.speed"], every=60, limit=3)) == []
    info = history.info()
    assert (info.samples, info.first, info.last, info.bytes_per_sample) == (0, None, None, 0.0)


def test_a_file_without_a_byte_is_an_empty_history(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").touch()
    history = History(tmp_path / "history.sqlite")
    assert history.points() == []
    assert list(history.query(["pump.speed"])) == []
    assert (history.info().samples, history.info().damaged, history.damaged) == (0, (), [])


def test_without_a_file_there_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no history at"):
        History(tmp_path / "history.sqlite")


def test_a_query_returns_samples_as_they_were(path: Path) -> None:
    found = list(History(path).query(["pump.run"], START + 10, START + 13))
    assert found == [Sample("pump.run", START + second, second % 2 == 0) for second in (10, 11, 12)]


def test_limit_keeps_the_newest_in_order(path: Path) -> None:
    history = History(path)
    assert [each.value for each in history.query(["pump.speed"], limit=3)] == [597.0, 598.0, 599.0]
    assert [each.value for each in history.query(["pump.speed"], until=START + 5, limit=2)] == [3.0, 4.0]
    assert list(history.query(["pump.speed"], limit=0)) == []
    with pytest.raises(UsageError, match="limit"):
        history.query(["pump.speed"], limit=-1)


def test_every_sums_up(path: Path) -> None:
    history = History(path)
    origin = START - START % 60
    speed = list(history.query(["pump.speed"], every=60.0))
    assert [each.time for each in speed] == [origin + step * 60 for step in range(11)]
    assert speed[1] == Sample("pump.speed", origin + 60, sum(range(40, 100)) / 60)
    level = list(history.query(["tank.level"], every=60.0, limit=2))
    assert [each.value for each in level] == [7.0, 7.0]
    assert level[0].reason == "1 of 60 samples not good, last: timeout"
    with pytest.raises(UsageError, match="too short"):
        history.query(["pump.speed"], every=0.0)


def test_a_history_can_be_asked_while_it_is_written(path: Path) -> None:
    with Spool(path, keep=None) as spool:
        for step in range(5):
            spool.append([Sample("live", START + 1000 + step, step)])
            assert [each.value for each in History(path).query(["live"])] == list(range(step + 1))
            assert History(path).info().samples == 1801 + step


def test_info(path: Path) -> None:
    info = History(path).info()
    assert (info.path, info.samples, info.points) == (path, 1800, 3)
    assert (info.first, info.last) == (START, START + 599)
    assert info.bytes >= path.stat().st_size
    assert 0 < info.bytes_per_sample < 60
    assert (info.lost, info.dropped, info.gaps, info.damaged) == (0, 0, (), ())


def test_files_set_aside_are_read_together_with_the_present_one(path: Path) -> None:
    aside = set_aside(path, START)
    with Spool(path, keep=None) as spool:
        spool.append([Sample("pump.speed", START + 600, 600.0), Sample("new", START + 601, 1)])
    history = History(path)
    assert [each.value for each in history.query(["pump.speed"])] == [float(second) for second in range(601)]
    assert [each.value for each in history.query(["pump.speed"], limit=2)] == [599.0, 600.0]
    assert history.points() == ["new", "pump.run", "pump.speed", "tank.level"]
    info = history.info()
    assert info.samples == 1802
    assert info.damaged == (f"{aside.name}: set aside as damaged",)


def test_a_file_that_cannot_be_opened_is_named_and_the_rest_is_read(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (path.parent / "history-damaged-1.sqlite").write_bytes(b"rubbish" * 1000)
    history = History(path)
    assert len(list(history.query(["pump.run"]))) == 600
    assert history.damaged == ["history-damaged-1.sqlite: cannot be read (file is not a database)"]
    assert "history-damaged-1.sqlite" in caplog.text
    assert any("cannot be read" in part for part in history.info().damaged)


def test_verify_names_every_damaged_part_once_per_call(path: Path) -> None:
    import sqlite3

    assert History(path).verify() == []
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE samples SET time = time + 1 WHERE rowid = 1500")
    connection.close()
    (problem,) = History(path).verify()
    assert "do not match their checksum" in problem


def test_a_stopped_answer_leaves_nothing_open(path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    stream = History(path).query(["pump.speed"])
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert len(os.listdir("/proc/self/fd")) == before
