"""The options of commands that stand between clients and devices have one word and one help everywhere."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run

WORDS = ("--allow", "--connections", "--read-only", "--policy", "--audit", "--record")


@pytest.mark.parametrize("command", ["share", "gateway"])
@pytest.mark.parametrize("word", WORDS)
def test_both_commands_take_it(run: Run, command: str, word: str) -> None:
    assert word in run(command, "--help").out


@pytest.mark.parametrize(
    "words", [["share", "127.0.0.1:1", "--listen", "x"], ["gateway", "--listen", "x", "--bus", "127.0.0.1:1"]]
)
def test_a_log_of_nothing_is_refused(run: Run, words: list[str]) -> None:
    done = run(*words, "--audit", "a.jsonl")
    assert done.code == 2
    assert "--policy" in done.err
