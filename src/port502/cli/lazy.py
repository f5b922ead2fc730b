"""A group of commands that imports a command's module only when that command is used."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from port502.cli.exits import DONE
from port502.cli.finish import close_stdout, finish

PROGRAM = "port502"


class Commands(MutableMapping[str, Any]):
    """Commands by name; looking one up imports its module, listing their names does not."""

    def __init__(self, modules: dict[str, tuple[str, str]]) -> None:
        self._modules = modules
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            module = import_module(self._modules[name][0])
            command = get_command(module.app)
            command.name = name
            command.short_help = self._modules[name][1]
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def listed(self, name: str) -> TyperCommand:
        """What a list of commands shows of one: its name and what it does."""
        return TyperCommand(name, help=self._modules[name][1])


class LazyGroup(TyperGroup):
    """The program: its commands are modules, and whatever happens ends in one line and an exit code."""

    modules: ClassVar[dict[str, tuple[str, str]]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands(self.modules)

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        commands = self.commands
        assert isinstance(commands, Commands)
        return commands.listed(cmd_name) if cmd_name in commands else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, self.commands[name] if name else command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever read the result has seen enough of it: that is no failure of ours.
            close_stdout()
            raise typer.Exit(DONE) from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        words = list(sys.argv[1:] if args is None else args)
        with finish(as_json="--json" in words):
            code = super().main(words, PROGRAM, complete_var, False, windows_expand_args, **extra)
            raise typer.Exit(code if isinstance(code, int) else 0)
