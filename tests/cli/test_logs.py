"""Log records as calm lines."""

from __future__ import annotations

import logging
import re

import pytest

from port502.cli.logs import LOGGERS, logging_to

LOG = logging.getLogger("port502.test")


@pytest.mark.parametrize(
    ("options", "heard"),
    [
        ({}, ["warning", "error"]),
        ({"quiet": True}, ["error"]),
        ({"verbosity": 1}, ["info", "warning", "error"]),
        ({"verbosity": 2}, ["debug", "info", "warning", "error"]),
    ],
)
def test_how_much_is_said(options: dict[str, int], heard: list[str]) -> None:
    lines: list[str] = []
    with logging_to(lines.append, **options):  # type: ignore[arg-type]
        for level in ("debug", "info", "warning", "error"):
            getattr(LOG, level)("it is %s", level)
    assert [line.split()[1].rstrip(":") for line in lines] == heard
    assert re.fullmatch(r"\d\d:\d\d:\d\d error: it is error", lines[-1])


def test_text_of_a_device_cannot_command_the_terminal() -> None:
    """H280."""
    lines: list[str] = []
    with logging_to(lines.append):
        LOG.warning("device says \x1b[2J%s", "\x07")
    assert lines[0].endswith("device says \\x1b[2J\\x07")


def test_an_exception_is_one_line() -> None:
    lines: list[str] = []
    with logging_to(lines.append):
        try:
            raise ValueError("odd")
        except ValueError:
            logging.getLogger("asyncio").exception("it failed\nprotocol: x")
    assert [line.split(" ", 1)[1] for line in lines] == ["error: it failed: ValueError: odd"]


def test_stderr_is_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to():
        LOG.warning("careful")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("warning: careful\n")


def test_everything_is_as_before_afterwards() -> None:
    def state() -> list[tuple[int, bool, int]]:
        return [(one.level, one.propagate, len(one.handlers)) for one in map(logging.getLogger, LOGGERS)]

    before = state()
    with logging_to(verbosity=2):
        assert state() != before
    assert state() == before
