from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from port502.errors import ConfigError
from port502.guard.audit import RETRY, AuditLog
from port502.guard.chain import log_files, records, verify


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def written(path: Path) -> list[dict[str, Any]]:
    return list(records(path))


def test_lines_go_on_where_the_log_ended(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "audit.jsonl"
    for number in range(3):
        log = AuditLog(path)
        assert log.write({"event": "write", "number": number})
        log.close()
    assert [said["number"] for said in written(path)] == [0, 1, 2]
    assert [said["seq"] for said in written(path)] == [1, 2, 3]
    assert verify(path).whole


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    AuditLog(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_old_files_go_and_the_log_says_so(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, max_bytes=1000, keep=2)
    for number in range(60):
        log.write({"event": "write", "number": number})
    log.close()
    assert len(log_files(path)) == 3
    assert any(said["event"] == "retired" for said in written(path))
    verdict = verify(path)
    assert verdict.whole
    assert verdict.first > 1
    log_files(path)[0].unlink()
    assert "was taken away" in str(verify(path).breaks[0])


def test_a_line_that_a_power_cut_tore_is_kept_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path)
    log.write({"event": "write"})
    log.close()
    with path.open("ab") as stream:
        stream.write(b'{"seq":2,"event":"wri')
    log = AuditLog(path)
    log.write({"event": "write"})
    log.close()
    assert [said["event"] for said in written(path)] == ["write", "torn", "write"]
    assert bytes.fromhex(written(path)[1]["bytes"]) == b'{"seq":2,"event":"wri'
    assert verify(path).whole


def test_a_log_that_is_none_of_ours_is_kept_and_a_new_one_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("something else\n")
    log = AuditLog(path)
    log.write({"event": "write"})
    log.close()
    [kept] = tmp_path.glob("audit.jsonl.damaged-*")
    assert kept.read_text() == "something else\n"
    assert [said["seq"] for said in written(path)] == [1]
    assert "damaged" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_two_programs_cannot_write_one_log(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    with pytest.raises(ConfigError, match="another program writes"):
        AuditLog(tmp_path / "audit.jsonl")
    log.close()
    AuditLog(tmp_path / "audit.jsonl").close()


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        AuditLog(tmp_path / "file" / "audit.jsonl")


def test_h186_a_full_disk_loses_lines_says_so_once_and_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = tmp_path / "audit.jsonl", Clock()
    log = AuditLog(path, clock=clock)
    assert log.write({"event": "write"})
    real = os.write
    full = True

    def write(descriptor: int, data: bytes) -> int:
        if full and b'"event"' in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    for _ in range(3):
        assert not log.write({"event": "write"})
        clock.now += RETRY
    assert log.failing
    assert caplog.text.count("cannot be written") == 1
    full = False
    assert log.write({"event": "write"})
    assert not log.failing
    log.close()
    assert [(said["event"], said.get("count")) for said in written(path)] == [
        ("write", None),
        ("lost", 3),
        ("write", None),
    ]
    assert verify(path).whole


def test_half_a_line_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, clock=Clock())
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:20]))
    assert not log.write({"event": "write"})
    monkeypatch.undo()
    log.close()
    assert path.read_bytes() == b""
