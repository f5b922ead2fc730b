"""Asking the history from the command line."""

from __future__ import annotations

import csv
import io
import os
import time
from pathlib import Path

import pytest

from port502.collect.sample import Sample
from port502.history import Spool
from tests.cli.conftest import Run

SITE = "site: test\nconnections: {}\nhistory: {path: kept/}\n"
START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A site with a short history."""
    (tmp_path / "site.yaml").write_text(SITE)
    with Spool(tmp_path / "kept" / "history.sqlite", keep=None) as spool:
        spool.append([Sample("pump.speed", START + place, place * 1.5) for place in range(10)])
        spool.append([Sample("pump.speed", START + 10, None, "bad", "no answer")])
        spool.append([Sample("tank.level", START + 0.5, True), Sample("tank.name", START, "=cmd()\x1b[31m")])
    return tmp_path


def test_query_is_to_the_letter(run: Run, kept: Path) -> None:
    done = run("history", "query", "pump.speed", "--since", "2026-01-01T00:00:09Z", "--json")
    assert done.code == 0
    assert done.json == {
        "point": "pump.speed",
        "samples": [
            {"time": "2026-01-01T00:00:09.000Z", "value": 13.5, "quality": "good", "reason": ""},
            {"time": "2026-01-01T00:00:10.000Z", "value": None, "quality": "bad", "reason": "no answer"},
        ],
    }


def test_times_bound_the_samples(run: Run, kept: Path) -> None:
    words = ("--since", "2026-01-01T00:00:02Z", "--until", "2026-01-01T00:00:05Z")
    found = run("history", "query", "pump.speed", *words, "--json").json["samples"]
    assert [one["value"] for one in found] == [3.0, 4.5, 6.0]


def test_a_duration_means_so_long_ago(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE)
    now = time.time()
    with Spool(tmp_path / "kept" / "history.sqlite") as spool:
        spool.append([Sample("a.b", now - 600, 1), Sample("a.b", now - 30, 2)])
    found = run("history", "query", "a.b", "--since", "5m", "--json").json["samples"]
    assert [one["value"] for one in found] == [2]


def test_steps_are_summed_up(run: Run, kept: Path) -> None:
    first, *_, last = run("history", "query", "pump.speed", "--every", "5s", "--json").json["samples"]
    assert (first["value"], first["minimum"], first["maximum"], first["count"]) == (3.0, 0.0, 6.0, 5)
    assert (last["value"], last["quality"], last["count"]) == (None, "bad", 1)


def test_several_points_are_an_object_a_line(run: Run, kept: Path) -> None:
    assert [one["point"] for one in run("history", "query", "tank.*", "--json").lines] == [
        "tank.level",
        "tank.name",
    ]


def test_the_table_escapes_text(run: Run, kept: Path) -> None:
    """H280."""
    out = run("history", "query", "tank.*").out
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["time", "point", "value", "quality"]
    assert lines[1] == ["2026-01-01T00:00:00.000Z", "tank.name", "=cmd()\\x1b[31m", "good"]
    assert lines[2] == ["2026-01-01T00:00:00.500Z", "tank.level", "on", "good"]


def test_numbers_are_shown_with_the_digits_that_they_have(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE)
    values = [230.39999389648438, 1 / 3, 1e300, 5, float("inf")]
    with Spool(tmp_path / "kept" / "history.sqlite", keep=None) as spool:
        spool.append([Sample("a.b", START + place, value) for place, value in enumerate(values)])
    lines = run("history", "query", "a.b", "--quiet").out.splitlines()
    assert [line.split()[1] for line in lines] == ["230.4", "0.3333333333", "1e+300", "5", "inf"]


def test_csv_is_harmless_in_a_spreadsheet(run: Run, kept: Path) -> None:
    """H280: what a spreadsheet would run as a formula is text."""
    rows = list(csv.DictReader(io.StringIO(run("history", "query", "tank.name", "--csv").out)))
    assert rows[0]["value"] == "'=cmd()\\x1b[31m"


def test_info_counts(run: Run, kept: Path) -> None:
    told = run("history", "info", "--json").json
    assert (told["samples"], told["points"], told["lost"], told["gaps"]) == (13, 3, 0, [])
    assert (told["first"], told["last"]) == ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:10.000Z")
    assert told["bytes"] > 0
    assert "13 of 3 points" in run("history", "info").out


def test_info_tells_what_was_lost_and_why(run: Run, kept: Path) -> None:
    with Spool(kept / "kept" / "history.sqlite", keep=None) as spool:
        spool.record_loss(START, START + 5, 7, "disk full")
    assert run("history", "info", "--json").json["gaps"] == [
        {
            "since": "2026-01-01T00:00:00.000Z",
            "until": "2026-01-01T00:00:05.000Z",
            "samples": 7,
            "reason": "disk full",
        }
    ]
    assert "7 samples lost: disk full" in run("history", "info").out


def test_export_writes_a_whole_file(run: Run, kept: Path) -> None:
    done = run("history", "export", "--format", "csv", "--out", "all.csv", "--json")
    assert done.json == {"path": "all.csv", "samples": 13, "bytes": (kept / "all.csv").stat().st_size}
    rows = list(csv.DictReader(io.StringIO((kept / "all.csv").read_text())))
    assert [row["value"] for row in rows if row["point"] == "pump.speed"][:3] == ["0.0", "1.5", "3.0"]
    assert sorted(path.name for path in kept.iterdir()) == ["all.csv", "kept", "site.yaml"]


def test_export_goes_to_stdout_without_a_file(run: Run, kept: Path) -> None:
    out = run("history", "export", "tank.level").out
    assert out.splitlines() == [
        "time,point,value,quality,reason",
        "2026-01-01T00:00:00.500Z,tank.level,true,good,",
    ]


def test_an_export_that_cannot_be_written_leaves_nothing(run: Run, kept: Path) -> None:
    done = run("history", "export", "--out", "no/such/folder.csv")
    assert done.code == 2
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["query", "pump.sped"], "did you mean pump.speed?"),
        (["query", "pump.speed", "--since", "yesterday"], "is no time"),
        (["query", "pump.speed", "--every", "5"], "is no duration"),
        (["query", "pump.speed", "--json", "--csv"], "not both"),
        (["export", "--format", "parquet"], "no format 'parquet'"),
        (["export", "--json"], "--out"),
        (["info", "--site", "nowhere.yaml"], "no site file nowhere.yaml"),
    ],
)
def test_wrong_words_end_with_2(run: Run, kept: Path, words: list[str], said: str) -> None:
    done = run("history", *words)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_no_history_yet_says_what_makes_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE)
    assert "port502 run makes it" in run("history", "info").err


def test_a_device_is_written_and_not_replaced(run: Run, kept: Path) -> None:
    """Run by root, a rename would put a plain file where /dev/null was."""
    pipe = kept / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("history", "export", "pump.speed", "--out", "pipe").code == 0
        assert os.read(reader, 1 << 16).startswith(b"time,point,value")
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_an_export_follows_a_link_and_leaves_it(run: Run, kept: Path) -> None:
    (kept / "real.csv").write_text("old")
    (kept / "link.csv").symlink_to("real.csv")
    assert run("history", "export", "--out", "link.csv").code == 0
    assert (kept / "link.csv").is_symlink()
    assert (kept / "real.csv").read_text().startswith("time,point")


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("/", "/ is a folder; name the file in it"),
        ("no/such.csv", "no/such.csv cannot be written: No such file"),
    ],
)
def test_what_cannot_be_exported_to_is_named_as_it_was_given(
    run: Run, kept: Path, out: str, words: str
) -> None:
    done = run("history", "export", "--out", out)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize("what", [["query", "pump.speed"], ["export"]])
def test_a_time_that_ends_before_it_begins_is_no_empty_answer(run: Run, kept: Path, what: list[str]) -> None:
    done = run("history", *what, "--since", "5m", "--until", "10m")
    assert done.code == 2
    assert "--since 5m is after --until 10m" in done.err
