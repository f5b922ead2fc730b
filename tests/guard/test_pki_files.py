"""Keys and certificates on disk: whole or not there, and nothing is overwritten that was not meant."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.guard import pki_files
from port502.guard.pki_files import PRIVATE, NewFile, create, replace


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_new_files_have_their_modes_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        create([NewFile(tmp_path / "a.key", b"key", PRIVATE), NewFile(tmp_path / "a.pem", b"certificate")])
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a.key"), mode(tmp_path / "a.pem")) == (0o600, 0o644)
    assert (tmp_path / "a.key").read_bytes() == b"key"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.key", "a.pem"]


def no_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False])
def test_what_is_there_is_not_overwritten_and_nothing_else_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(pki_files.os, "link", no_links)
    (tmp_path / "a.pem").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"a\.pem is there already"):
        create([NewFile(tmp_path / "a.key", b"key", PRIVATE), NewFile(tmp_path / "a.pem", b"certificate")])
    assert [path.name for path in tmp_path.iterdir()] == ["a.pem"]
    assert (tmp_path / "a.pem").read_bytes() == b"mine"


def test_a_disk_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pki_files.os, "link", no_links)
    create([NewFile(tmp_path / "a.key", b"key", PRIVATE)])
    assert [(path.name, mode(path)) for path in tmp_path.iterdir()] == [("a.key", 0o600)]


def test_replaced_files_keep_their_mode_less_what_a_key_never_allows(tmp_path: Path) -> None:
    key, certificate = tmp_path / "a.key", tmp_path / "a.pem"
    for path, bits in ((key, 0o666), (certificate, 0o640)):
        path.write_bytes(b"old")
        path.chmod(bits)
    replace([NewFile(key, b"new", PRIVATE), NewFile(certificate, b"new")])
    assert (mode(key), mode(certificate)) == (0o640, 0o640)
    assert (key.read_bytes(), certificate.read_bytes()) == (b"new", b"new")


def test_a_link_goes_on_leading_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.pem").write_bytes(b"old")
    (tmp_path / "a.pem").symlink_to("real/a.pem")
    replace([NewFile(tmp_path / "a.pem", b"new")])
    assert (tmp_path / "a.pem").is_symlink()
    assert (tmp_path / "real" / "a.pem").read_bytes() == b"new"


@pytest.mark.parametrize("write", [create, replace])
def test_a_write_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: object
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pki_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write([NewFile(tmp_path / "x.key", b"secret", PRIVATE)])  # type: ignore[operator]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_written_by_another_is_left_to_it(tmp_path: Path) -> None:
    part = tmp_path / f".x.key.{os.getpid()}.part"
    part.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        replace([NewFile(tmp_path / "x.key", b"mine", PRIVATE)])
    assert part.read_bytes() == b"theirs"
