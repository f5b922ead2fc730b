from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.guard.audit import AuditLog
from port502.guard.chain import FIRST, Link, head_path, log_files, opened, records, sealed, verify


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of ten lines in several files."""
    path = tmp_path / "audit.jsonl"
    kept = AuditLog(path, max_bytes=700, keep=100)
    for number in range(10):
        kept.write({"event": "write", "number": number})
    kept.close()
    return path


def lines_of(log: Path) -> list[tuple[Path, int]]:
    return [(file, at) for file in log_files(log) for at in range(len(file.read_bytes().splitlines()))]


def test_a_line_holds_what_it_says_and_the_hash_of_the_one_before() -> None:
    line, end = sealed({"event": "x"}, Link())
    said, same = opened(line.rstrip(b"\n"))
    assert same == end
    assert said == {"seq": 1, "event": "x", "previous": FIRST}
    assert json.loads(line)["hash"] == end.hash
    second, _ = sealed({"event": "y"}, end)
    assert json.loads(second)["previous"] == end.hash


def test_text_cannot_leave_its_line() -> None:
    line, _ = sealed({"role": 'a\nb","event":"write\x1b[2J\u202e'}, Link())
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert b"\x1b" not in line


def test_a_log_as_it_was_written_is_whole(log: Path) -> None:
    verdict = verify(log)
    assert verdict.whole
    assert (verdict.lines, verdict.first, verdict.last.seq) == (10, 1, 10)
    assert verdict.files > 2
    assert [said["number"] for said in records(log)] == list(range(10))


def test_every_changed_byte_shows(log: Path) -> None:
    for file in log_files(log):
        whole = file.read_bytes()
        for at in range(0, len(whole), 7):
            file.write_bytes(whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])
            assert not verify(log).whole, (file, at)
        file.write_bytes(whole)
    assert verify(log).whole


def test_every_line_taken_away_shows(log: Path) -> None:
    for file, at in lines_of(log):
        whole = file.read_bytes()
        lines = whole.splitlines(keepends=True)
        file.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
        assert not verify(log).whole, (file, at)
        file.write_bytes(whole)


def test_every_change_of_order_shows(log: Path) -> None:
    file = log_files(log)[0]
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) > 1
    file.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    assert "stands behind" in str(verify(log).breaks[-1]) or verify(log).breaks


def test_a_line_written_twice_shows(log: Path) -> None:
    with log.open("ab") as stream:
        stream.write(log.read_bytes().splitlines(keepends=True)[-1])
    assert not verify(log).whole


def test_a_cut_at_the_end_shows(log: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    assert "the end was cut" in str(verify(log).breaks[0])


def test_a_missing_file_shows(log: Path) -> None:
    files = log_files(log)
    for file in files[:-1]:
        kept = file.read_bytes()
        file.unlink()
        assert not verify(log).whole, file
        file.write_bytes(kept)
    head_path(log).unlink()
    assert "nobody can tell" in str(verify(log).breaks[0])


def test_a_broken_head_shows(log: Path) -> None:
    head_path(log).write_text("{")
    assert not verify(log).whole
    head_path(log).write_text(json.dumps({"seq": 10, "hash": "0" * 64}))
    assert "another one" in str(verify(log).breaks[0])


def test_a_chain_with_a_key_cannot_be_made_without_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    kept = AuditLog(path, key=b"secret")
    kept.write({"event": "write"})
    kept.close()
    assert verify(path, b"secret").whole
    assert not verify(path).whole
    assert not verify(path, b"guess").whole


def test_rewriting_everything_without_the_key_shows(log: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged.jsonl"
    kept = AuditLog(forged)
    kept.write({"event": "nothing happened"})
    kept.close()
    assert verify(forged).whole  # without a key, only a note of the last hash kept elsewhere tells
    assert not verify(forged, b"secret").whole
