"""``port502 guard lock`` and ``unlock``: the emergency stop of all writes at a running site."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from port502.cli import options
from port502.cli.expecting import site_of
from port502.cli.output import put, put_json
from port502.cli.target import site_path
from port502.site.control import ask_lock, ask_unlock, control_path

SiteArgument: TypeAlias = Annotated[
    Path | None,
    typer.Argument(
        metavar="[SITE]", help="The site file (else $PORT502_SITE, else ./site.yaml).", show_default=False
    ),
]


def lock(
    site: SiteArgument = None,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="The reason, for the audit log.")
    ] = "locked",
    json: options.Json = False,
) -> None:
    """Stop all writes at a running site at once: those of its clients, and its own.

    It holds until `unlock`, also when the site is stopped and started again. Reading goes on.

    Example:

        port502 guard lock site.yaml --why "maintenance at the press"
    """
    path = site_path(site)
    gates = ask_lock(control_path(site_of(path).history.path), why, _who())
    if json:
        put_json({"locked": True, "listeners": list(gates), "reason": why})
    else:
        put(f"{path}: all writes are stopped" + (f" (listeners: {', '.join(gates)})" if gates else ""))


def unlock(site: SiteArgument = None, json: options.Json = False) -> None:
    """Let writes through again at a running site, as far as its policies allow them.

    Example:

        port502 guard unlock site.yaml
    """
    path = site_path(site)
    gates = ask_unlock(control_path(site_of(path).history.path), _who())
    if json:
        put_json({"locked": False, "listeners": list(gates)})
    else:
        put(f"{path}: writes are let through again")


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
