"""``port502 web``: who may use the dashboard and the API."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from port502.cli import options
from port502.cli.ask import ask_password
from port502.cli.output import put, put_json, say
from port502.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Word(StrEnum):
    """The roles, from the one that may least."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMIN = "admin"


@app.command()
def web(
    add_user: Annotated[
        str | None,
        typer.Option("--add-user", metavar="NAME", help="Add a user, or change one.", show_default=False),
    ] = None,
    add_token: Annotated[
        str | None,
        typer.Option(
            "--add-token", metavar="NAME", help="Give a program a token, printed once.", show_default=False
        ),
    ] = None,
    role: Annotated[
        Word | None,
        typer.Option("--role", help="What the new user or program may do.", show_default=False),
    ] = None,
    users: Annotated[
        Path | None,
        typer.Option("--users", metavar="FILE", help="The users file.", show_default=False),
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Say who may use the dashboard and the API of a site, in the users file that its 'web' names.

    A viewer looks; an operator acknowledges alarms and writes what the site file opens; an engineer asks devices and
    changes the site; an admin may do everything. The password is asked for twice, or read from one line of a pipe; the
    file keeps hashes, for its owner only. A running site takes the file with its next start.

    Example:

        port502 web --add-user ann --role operator --users users.yaml

        port502 web --add-token ci --role viewer --users users.yaml > token
    """
    if (add_user is None) == (add_token is None):
        raise UsageError("say whom to add: --add-user NAME, or --add-token NAME")
    if role is None or users is None:
        raise UsageError("somebody is added with --role ROLE and --users FILE")
    keeping = _keeping()
    name = add_user or add_token or ""
    if add_user is not None:
        keeping.check_name(name)
        keeping.add_user(users, name, role.value, ask_password(f"Password of {name}"))
        if json:
            put_json({"user": name, "role": role.value})
    else:
        token = keeping.add_token(users, name, role.value)
        if json:
            put_json({"user": name, "role": role.value, "token": token})
        else:
            put(token)
    if not (json or quiet):
        say(f"port502: {users} lets {name} in as {role.value}")
        if add_token is not None:
            say("port502: the token is told only now; send it as 'Authorization: Bearer TOKEN'")


def _keeping() -> ModuleType:
    try:
        return import_module("port502.web.users")
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing: pip install 'port502[web]'") from None
