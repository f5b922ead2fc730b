"""Nothing is changed without consent."""

from __future__ import annotations

import io
import sys

import pytest

from port502.cli import ask
from port502.cli.ask import Declined, ask_password, check_consent, confirm
from port502.errors import UsageError


class Terminal(io.StringIO):
    """What looks like a terminal."""

    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> Terminal:
    said = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", said)
    return said


@pytest.mark.parametrize("answer", ["y\n", "Y\n", " yes \n"])
def test_yes_is_consent(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    said = at_terminal(monkeypatch, answer)
    confirm("Write?", yes=False)
    assert said.getvalue() == "Write? [y/N] "


@pytest.mark.parametrize("answer", ["\n", "n\n", "", "yep\n"])
def test_anything_else_is_none(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    at_terminal(monkeypatch, answer)
    with pytest.raises(Declined):
        confirm("Write?", yes=False)


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    for question in (lambda: confirm("Write?", yes=False), lambda: check_consent(yes=False)):
        with pytest.raises(UsageError):
            question()
    confirm("Write?", yes=True)
    check_consent(yes=True)


def test_an_interrupted_question_ends_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(Terminal):
        def readline(self, size: int | None = -1) -> str:
            raise KeyboardInterrupt

    said = at_terminal(monkeypatch, "")
    monkeypatch.setattr(sys, "stdin", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        confirm("Write?", yes=False)
    assert said.getvalue() == "Write? [y/N] \n"


def test_a_password_is_typed_twice_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    said = at_terminal(monkeypatch, "")
    typed = ["one password", "one password", "one password", "another"]

    def unseen(prompt: str, stream: io.StringIO) -> str:
        stream.write(prompt)
        return typed.pop(0)

    monkeypatch.setattr(ask, "getpass", unseen)
    assert ask_password("Password of ann") == "one password"
    assert said.getvalue() == "Password of ann: Once more: "
    with pytest.raises(UsageError, match="not the same password"):
        ask_password("Password of ann")


def test_a_password_from_a_pipe_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("with spaces \r\nmore\n"))
    assert ask_password("Password") == "with spaces "
