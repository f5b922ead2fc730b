"""What devices taught is kept in one file, written in one step and for its owner's eyes only."""

from __future__ import annotations

import json
import logging
import stat
from pathlib import Path

import pytest

from port502.collect.knowledge import KnowledgeBook
from port502.registers.knowledge import Refusal
from port502.registers.reference import Table

REFUSAL = Refusal(Table.HOLDING, 57, 1, "exception 2: illegal data address at holding:57", 1, 1_700_000_600.0)


def taught(path: Path) -> KnowledgeBook:
    book = KnowledgeBook(path)
    book.of("meter").refused["p57"] = REFUSAL
    book.of("meter").revision += 1
    return book


def test_what_was_learned_is_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "learned.json"
    book = taught(path)
    assert book.changed
    book.save(book.text())
    assert not book.changed
    again = KnowledgeBook(path)
    assert again.of("meter").refused == {"p57": REFUSAL}
    assert not again.changed
    assert again.of("other").refused == {}


def test_the_file_is_for_its_owner_only_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "learned.json"
    path.write_text("{}")
    path.chmod(0o644)
    book = taught(path)
    book.save(book.text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["learned.json"]


def test_a_failed_save_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "learned.json"
    book = taught(path)
    book.save(book.text())
    before = path.read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        book.save("something else")
    assert path.read_text() == before
    assert [one.name for one in tmp_path.iterdir()] == ["learned.json"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"version": 2, "devices": {}}', '{"version": 1, "devices": {"meter": {"version": 7}}}',
     '{"version": 1, "devices": 5}', "\x00\xff", "[" * 5000],
)  # fmt: skip
def test_a_file_that_is_not_ours_is_said_and_not_used(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "learned.json"
    path.write_bytes(text.encode("latin-1"))
    with caplog.at_level(logging.WARNING):
        book = KnowledgeBook(path)
    assert book.of("meter").refused == {}
    assert len(caplog.messages) == 1
    assert "learned anew" in caplog.messages[0]


def test_devices_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    book = taught(tmp_path / "learned.json")
    book.save(book.text())
    book.keep(["other"])
    assert book.changed
    assert json.loads(book.text())["devices"] == {}


def test_without_a_path_nothing_is_ever_saved() -> None:
    book = KnowledgeBook()
    book.of("meter").revision += 1
    assert not book.changed
    book.save("nothing")
