"""A command's module is imported when the command is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.main import get_command

from port502.cli.app import COMMANDS, app
from port502.cli.lazy import Commands

HEAVY = {"asyncio", "pydantic", "ruamel", "sqlite3", "port502.client", "port502.site.build"}


def loaded_by(*words: str) -> set[str]:
    """The modules that are there after a command."""
    code = (
        "import json, sys\n"
        "from port502.cli.app import run\n"
        f"sys.argv = ['port502', *{list(words)!r}]\n"
        "try:\n    run()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_loads_no_command(words: tuple[str, ...]) -> None:
    loaded = loaded_by(*words)
    assert not loaded & HEAVY
    assert not loaded & {module for module, _ in COMMANDS.values()}


@pytest.mark.slow
def test_a_command_loads_its_own_module_only() -> None:
    loaded = loaded_by("check", "--help")
    assert "port502.cli.check" in loaded
    assert "port502.cli.history" not in loaded


def test_names_are_known_before_modules_are() -> None:
    commands = Commands({"x": ("no.such.module", "Nothing.")})
    assert list(commands) == ["x"]
    assert "x" in commands
    assert len(commands) == 1
    assert commands.listed("x").get_short_help_str() == "Nothing."
    with pytest.raises(ModuleNotFoundError):
        commands["x"]


def test_every_command_goes_by_its_name() -> None:
    group = get_command(app)
    for name, (_, line) in COMMANDS.items():
        command = group.commands[name]  # type: ignore[attr-defined]
        assert (command.name, command.short_help) == (name, line)
