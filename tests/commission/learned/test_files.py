"""All files that a lesson makes, and their writing: all of them, whole, or none."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from port502.commission.learned import files as module
from port502.commission.learned.files import ALWAYS, check_folder, files_of, write_files
from port502.errors import UsageError
from port502.guard.engine import Engine, Moment
from port502.guard.policy import Policy
from port502.protocol.message import Request
from port502.protocol.pdu import decode_request
from port502.service.call import Session
from port502.site.check import check_file
from port502.site.policy_file import load_policy
from tests.commission.learned.seen import lesson, polling
from tests.traffic.wire import Talk, adu, ask


def made(folder: Path, *talks: Talk) -> Path:
    found = lesson(*(record for talk in talks for record in talk.records))
    write_files(folder, files_of(found), force=False)
    return folder


def allows(policy: Policy, request: str, client: str = "10.0.0.1", unit: int = 1) -> bool:
    asked: Request[object] = decode_request(bytes.fromhex(request))
    return Engine(policy).decide(Session(client), unit, asked, Moment()).allowed


def test_check_accepts_all_of_it(tmp_path: Path) -> None:
    folder = made(tmp_path / "learned", polling(), polling(port=1502, unit=7))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {
        *ALWAYS,
        "policies/at-10-0-0-2.yaml",
        "policies/at-10-0-0-2-1502.yaml",
        *(f"devices/device-10-0-0-2{more}.{kind}" for more in ("", "-2") for kind in ("yaml", "csv")),
    }
    for path in folder.rglob("*.yaml"):
        assert check_file(path).faults == (), path


def test_the_policy_allows_what_was_seen_and_nothing_near_it(tmp_path: Path) -> None:
    talk = polling()
    policy = load_policy(made(tmp_path / "learned", talk) / "policy.yaml")
    assert allows(policy, "03 0064 0004")
    assert allows(policy, "06 0065 0009")
    assert allows(policy, "06 0065 0063")  # without --values any value
    assert allows(policy, "03 03e7 0001")  # it was asked for, though the device refuses it
    for near in ("03 0064 0005", "03 0063 0004", "03 03e8 0001", "04 0064 0004", "01 0064 0004", "10 0065 0001 02 0009",
                 "06 0064 0009", "06 0066 0009", "05 0065 ff00", "16 0065 0000 0009", "2b 0e 01 00", "11",
                 "08 0000 0000", "17 0064 0001 0065 0001 02 0009", "5a 00"):  # fmt: skip
        assert not allows(policy, near), near
    assert not allows(policy, "03 0064 0004", client="10.0.0.3")
    assert not allows(policy, "03 0064 0004", unit=2)


def test_with_values_only_those_that_were_written_are_allowed(tmp_path: Path) -> None:
    found = lesson(*polling().records)
    (tmp_path / "policy.yaml").write_text(files_of(found, values=True)["policy.yaml"])
    policy = load_policy(tmp_path / "policy.yaml")
    assert allows(policy, "06 0065 0009")
    assert not allows(policy, "06 0065 000a")


def test_each_server_has_a_policy_of_its_own(tmp_path: Path) -> None:
    other = Talk(opened=True, port=1502).asks(ask(1, 500, 1))
    folder = made(tmp_path / "learned", polling(), other)
    own = load_policy(folder / "policies/at-10-0-0-2-1502.yaml")
    assert allows(own, "03 01f4 0001")
    assert not allows(own, "03 0064 0004")
    assert allows(load_policy(folder / "policy.yaml"), "03 0064 0004")


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = made(tmp_path / "learned", polling())
    assert (folder.stat().st_mode & 0o777, (folder / "devices").stat().st_mode & 0o777) == (0o700, 0o700)
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o600}


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    folder = made(tmp_path / "learned", polling())
    (folder / "site.yaml").write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        check_folder(folder, force=False)
    with pytest.raises(UsageError, match="--force"):
        write_files(folder, {"site.yaml": "theirs"}, force=False)
    assert (folder / "site.yaml").read_text() == "mine"
    check_folder(folder, force=True)
    write_files(folder, {"site.yaml": "theirs", "more/a.yaml": "a"}, force=True)
    assert (folder / "site.yaml").read_text() == "theirs"
    assert (folder / "more/a.yaml").read_text() == "a"
    assert [path.name for path in tmp_path.iterdir()] == ["learned"]


def test_a_folder_of_other_things_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    made(tmp_path, polling())
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "site.yaml").exists()


def test_places_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="this is a file"):
        check_folder(tmp_path / "file", force=False)
    with pytest.raises(UsageError, match="there is no folder"):
        check_folder(tmp_path / "none" / "learned", force=False)


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def interrupted(path: Path, *rest: int, **named: int) -> int:
        if Path(path).name == "b" and rest[0] & os.O_CREAT:
            raise KeyboardInterrupt
        return opened(path, *rest, **named)

    monkeypatch.setattr(module.os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path / "learned", {"a": "a", "b": "b", "c": "c"}, force=False)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_last_moment_waits_for_all_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a": "a", "b": "b"}, force=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_capture_of_nothing_makes_files_too(tmp_path: Path) -> None:
    folder = made(tmp_path / "learned", Talk(opened=True).asks(adu(1, "11")))
    assert all(check_file(path).ok for path in folder.rglob("*.yaml"))
