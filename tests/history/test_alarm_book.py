import json
import sqlite3
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from port502.collect.alarms import AlarmEvent, AlarmState
from port502.errors import UsageError
from port502.history.alarm_book import AlarmBook, alarm_events

RAISED = AlarmEvent(1000.0, "fast", "raised", "unacknowledged", "high", "Pump runs at 49 Hz", 49.0, 48.0)
SEEN = AlarmEvent(1010.0, "fast", "acknowledged", "acknowledged", "high", by="ann", comment="ön my way")
STATE = AlarmState(
    "fast", "acknowledged", "high", 1010.0, value=(1, 2), points=("pump.speed",), comment="ön my way"
)


@pytest.fixture
def book(tmp_path: Path) -> AlarmBook:
    return AlarmBook(tmp_path / "alarms.db")


def test_events_and_states_come_back_as_they_were(book: AlarmBook) -> None:
    book.record([RAISED, SEEN], [STATE])
    book.close()
    assert AlarmBook(book.path).states() == [STATE]
    assert [event for _, event in alarm_events(book.path)] == [SEEN, RAISED]
    assert stat.S_IMODE(book.path.stat().st_mode) == 0o600


def test_events_are_asked_by_alarm_time_and_page(book: AlarmBook) -> None:
    other = AlarmEvent(1005.0, "dead", "raised", "unacknowledged", "critical")
    book.record([RAISED, other, SEEN], [])
    assert [event for _, event in alarm_events(book.path, alarm="fast")] == [SEEN, RAISED]
    assert [event for _, event in alarm_events(book.path, since=1004.0)] == [SEEN, other]
    page = alarm_events(book.path, most=2)
    assert [event for _, event in page] == [SEEN, other]
    assert [event for _, event in alarm_events(book.path, before=page[-1][0])] == [RAISED]


def test_the_oldest_events_go(tmp_path: Path) -> None:
    book = AlarmBook(tmp_path / "alarms.db", most=10)
    for number in range(25):
        book.record([AlarmEvent(float(number), "fast", "raised", "unacknowledged", "low")], [])
    times = [event.time for _, event in alarm_events(book.path)]
    assert times == [float(number) for number in range(24, 14, -1)]


def test_a_disk_that_refuses_is_counted_and_forgotten_once_it_takes_again(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    book = AlarmBook(folder / "alarms.db")
    book.record([RAISED], [STATE])
    assert (book.lost, book.states()) == (1, [])
    assert "No such file" in book.last_error
    folder.mkdir()
    book.record([SEEN], [STATE])
    assert book.states() == [STATE]
    assert book.lost == 1


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(UsageError, match="cannot be read"):
        alarm_events(path)
    book = AlarmBook(path)
    assert book.states() == []
    assert book.record([RAISED], [STATE])
    assert (book.lost, book.states()) == (0, [STATE])
    assert [event for _, event in alarm_events(path)] == [RAISED]
    (aside,) = tmp_path.glob("alarms-damaged-*.db")
    assert aside.read_bytes().startswith(b"SQLite format 3\0\xff")


def test_a_disk_that_spoils_every_file_is_not_filled_with_them(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    book = AlarmBook(path)
    for _ in range(5):
        path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
        book.record([RAISED], [STATE])
        book.close()
    assert len(list(tmp_path.glob("alarms-damaged-*.db"))) == 1
    assert book.lost == 4


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "null",
        '"text"',
        "[" * 100_000,
        b"\xff\xfe",
        17,
        '{"alarm": "fast"}',
        *(
            json.dumps({**asdict(STATE), **spoiled})
            for spoiled in (
                {"shelved_until": "soon"},
                {"shelved_until": 1e300},
                {"since": None},
                {"since": -1},
                {"raised": True},
                {"limit": "high"},
                {"limit": float("nan")},
                {"state": "asleep"},
                {"state": ["normal"]},
                {"comment": {"a": 1}},
                {"points": "pump.speed"},
                {"suppressed": "no"},
            )
        ),
    ],
)
def test_what_is_no_state_is_left_out_and_the_others_are_there(book: AlarmBook, content: object) -> None:
    book.record([RAISED], [STATE])
    book.close()
    with sqlite3.connect(book.path) as connection:
        connection.execute("INSERT INTO states VALUES ('odd', ?)", (content,))
        connection.execute("INSERT INTO events (time, alarm, content) VALUES (1, 'odd', ?)", (content,))
    connection.close()
    assert book.states() == [STATE]
    assert [event for _, event in alarm_events(book.path)] == [RAISED]


def test_alarms_that_are_gone_are_forgotten(book: AlarmBook) -> None:
    book.record([RAISED], [STATE])
    book.record([], [], ["fast", "never there"])
    assert book.states() == []
    assert [event for _, event in alarm_events(book.path)] == [RAISED]


def test_a_file_of_a_newer_version_is_left_alone(book: AlarmBook) -> None:
    book.record([RAISED], [STATE])
    book.close()
    with sqlite3.connect(book.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    newer = AlarmBook(book.path)
    newer.record([SEEN], [])
    assert (newer.lost, newer.last_error) == (1, "it was written by a newer port502")
    assert [event for _, event in alarm_events(book.path)] == [RAISED]


def test_a_state_of_another_version_is_left_out(book: AlarmBook) -> None:
    book.record([], [STATE])
    book.close()
    with sqlite3.connect(book.path) as connection:
        connection.execute("INSERT INTO states VALUES ('old', '{\"alarm\": \"old\"}')")
        connection.execute("INSERT INTO states VALUES ('odd', 'nonsense')")
    connection.close()
    assert book.states() == [STATE]


def test_no_file_is_no_events(tmp_path: Path) -> None:
    assert alarm_events(tmp_path / "alarms.db") == []
