"""The program as a whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import port502
from port502.cli.app import COMMANDS, app
from tests.cli.conftest import Run

GROUPS = {
    "history": ("query", "info", "export"),
    "maps": ("list", "search", "show", "check", "import", "export"),
    "pki": ("init", "issue", "show", "check", "renew", "revoke"),
}
PATHS = [[name] for name in COMMANDS if name not in GROUPS] + [
    [group, name] for group, names in GROUPS.items() for name in names
]
PATHS += [["guard", name] for name in ("learn", "explain", "diff", "verify", "lock", "unlock")]
"""The guard is a command by itself, and a group."""

AFTER_EXAMPLES = ("Arguments:", "Options:")


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_helps_with_an_example(run: Run, path: list[str]) -> None:
    done = run(*path, "--help")
    assert done.code == 0
    assert f"    port502 {' '.join(path)}" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("group", [*GROUPS, "guard"])
def test_every_group_helps_with_an_example_and_cuts_no_line(run: Run, group: str) -> None:
    done = run(group, "--help")
    assert f"    port502 {group} " in done.out
    commands = done.out.partition("Commands:\n")[2].splitlines()
    assert commands
    assert not [line for line in commands if line.endswith("...")]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_examples_can_be_copied_as_they_stand(run: Run, path: list[str]) -> None:
    """A wrapped line would be two commands."""
    lines = run(*path, "--help").out.splitlines()
    text = lines[
        lines.index("  Example:") : next(at for at, line in enumerate(lines) if line in AFTER_EXAMPLES)
    ]
    examples = [line for line in text if line.startswith(" " * 6) and not line.startswith(" " * 7)]
    assert examples
    assert [line for line in examples if "port502 " not in line] == []


def test_the_program_lists_its_commands(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    width = max(map(len, COMMANDS))
    for name, (_, line) in COMMANDS.items():
        assert f"  {name:<{width}}  {line}" in done.out.splitlines()


def test_without_words_it_helps(run: Run) -> None:
    assert "Commands:" in run().out + run().err


def test_it_knows_its_version(run: Run) -> None:
    assert run("--version").out == f"port502 {port502.__version__}\n"


@pytest.mark.parametrize("words", [["raed"], ["read", "--nonsense"], ["read"], ["history", "what"]])
def test_wrong_words_are_one_line_and_end_with_2(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "--help" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["read", "{}", "holding:0"],
        ["read", "@{}", "holding:0"],
        ["read", "h", "{}"],
        ["read", "h", "holding:0", "--unit", "{}"],
        ["write", "h", "holding:0={}", "--yes"],
        ["call", "h", "{}"],
        ["call", "h", "3", "--data", "{}"],
        ["check", "{}"],
        ["history", "info", "--site", "{}"],
        ["{}"],
    ],
    ids=" ".join,
)
def test_very_long_words_are_refused_briefly(run: Run, words: list[str], tmp_path: Path) -> None:
    """H281."""
    (tmp_path / "site.yaml").write_text("site: test\nconnections: {}\n")
    done = run(*(word.format("99" * 50_000) for word in words))
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert len(done.err) < 1300


def test_a_mistyped_command_is_guessed(run: Run) -> None:
    assert "Did you mean 'read'?" in run("raed").err


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands(shell: str) -> None:
    environment = os.environ | {
        "_PORT502_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "port502 hi",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "COMP_WORDS": "port502 hi",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "port502"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "history" in done.stdout, done


def test_without_its_packages_it_says_in_one_line_what_to_install() -> None:
    source = os.path.dirname(os.path.dirname(port502.__file__))
    code = f"import sys; sys.path.insert(0, {source!r}); from port502.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "port502: the command line needs the package typer; install it with: pip install 'port502[cli]'\n"
    )


def test_nothing_is_hidden_from_the_documentation() -> None:
    group = get_command(app)
    assert sorted(group.commands) == sorted(COMMANDS)  # type: ignore[attr-defined]
    assert set(group.commands["history"].commands) == {"query", "info", "export"}  # type: ignore[attr-defined]
