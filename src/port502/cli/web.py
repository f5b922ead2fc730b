"""``port502 web``: the tools in a browser without a site, and who may use a dashboard and its API."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from port502.cli import loop, options
from port502.cli.ask import ask_password
from port502.cli.lasting import For, seconds_of
from port502.cli.logs import logging_to
from port502.cli.output import put, put_json, say
from port502.cli.stopping import stoppable, wait
from port502.errors import UsageError
from port502.site.web_model import HOST, PORT, WebSettings, web_place

if TYPE_CHECKING:
    from types import ModuleType

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Word(StrEnum):
    """The roles, from the one that may least."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMIN = "admin"


Listen: TypeAlias = Annotated[
    str, typer.Option("--listen", metavar="HOST:PORT", help="Where browsers find the tools.")
]
AddUser: TypeAlias = Annotated[
    str | None,
    typer.Option("--add-user", metavar="NAME", help="Add a user, or change one.", show_default=False),
]
AddToken: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--add-token", metavar="NAME", help="Give a program a token, printed once.", show_default=False
    ),
]
Given: TypeAlias = Annotated[
    Word | None,
    typer.Option("--role", help="What the new user or program may do.", show_default=False),
]
UsersPath: TypeAlias = Annotated[
    Path | None,
    typer.Option("--users", metavar="FILE", help="The users file.", show_default=False),
]


@app.command()
def web(
    listen: Listen = f"{HOST}:{PORT}",
    users: UsersPath = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", metavar="FILE", help="Speak HTTPS with it.", show_default=False),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Its private key.", show_default=False)
    ] = None,
    add_user: AddUser = None,
    add_token: AddToken = None,
    role: Given = None,
    for_: For = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Have the dashboard's tools in a browser, without a site; or say who may use a dashboard and its API.

    The tools explain frames and build them, explain codes and findings, know what the registers of products mean, and
    look at devices. `port502 run` has them beside its site. On another address than this machine's own they need
    --users.

    With --add-user and --add-token somebody is added to a users file, which a site file's 'web' can name too. A viewer
    looks; an operator acknowledges alarms and writes what the site file opens; an engineer asks devices and changes the
    site; an admin may do everything. The password is asked for twice, or read from one line of a pipe; the file keeps
    hashes, for its owner only. Whoever runs takes the file with the next start.

    Example:

        port502 web

        port502 web --add-user ann --role operator --users users.yaml

        port502 web --add-token ci --role viewer --users users.yaml > token
    """
    if add_user is not None or add_token is not None:
        _add(add_user, add_token, role, users, json=json, quiet=quiet)
        return
    if role is not None:
        raise UsageError("--role is for whom --add-user or --add-token adds")
    _serve(
        _settings(listen, users, certificate, key), seconds_of(for_), json=json, quiet=quiet, verbose=verbose
    )


def _settings(listen: str, users: Path | None, certificate: Path | None, key: Path | None) -> WebSettings:
    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key belong together")
    try:
        host, port = web_place(listen)
    except ValueError as error:
        raise UsageError(f"--listen: {error}") from None
    return WebSettings(host, port, users, certificate=certificate, key=key)


def _serve(settings: WebSettings, seconds: float | None, *, json: bool, quiet: bool, verbose: int) -> None:
    """Have the tools until the time is up or somebody stops it."""
    server = _needed("port502.web.server")

    async def work() -> None:
        with logging_to(verbosity=verbose, quiet=quiet), stoppable() as stopped:
            async with server.ToolServer(settings, pages=True) as tools:
                if json:
                    put_json({"listening": tools.url})
                else:
                    put(f"listening on {tools.url}")
                if not (len(tools.users) or json or quiet):
                    say(f"port502: to ask devices there, follow this link once: {tools.link()}; Ctrl-C ends")
                await wait(stopped, seconds)

    loop.run(work())


def _add(
    user: str | None,
    program: str | None,
    role: Word | None,
    users: Path | None,
    *,
    json: bool,
    quiet: bool,
) -> None:
    """Add somebody to the users file."""
    if user is not None and program is not None:
        raise UsageError("say whom to add: --add-user NAME, or --add-token NAME")
    if role is None or users is None:
        raise UsageError("somebody is added with --role ROLE and --users FILE")
    keeping = _needed("port502.web.users")
    name = user or program or ""
    if user is not None:
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
        if program is not None:
            say("port502: the token is told only now; send it as 'Authorization: Bearer TOKEN'")


def _needed(module: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing: pip install 'port502[web]'") from None
