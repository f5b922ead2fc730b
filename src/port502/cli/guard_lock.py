"""``port502 guard lock`` and ``unlock``: the emergency stop of all writes at a running site, or at one guard."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from port502.cli import options
from port502.cli.expecting import site_of
from port502.cli.output import put, put_json
from port502.cli.target import site_path
from port502.errors import UsageError
from port502.site.control import ask_lock, ask_unlock, control_path
from port502.site.guard_control import lock_guard, unlock_guard

SiteArgument: TypeAlias = Annotated[
    Path | None,
    typer.Argument(
        metavar="[SITE]", help="The site file (else $PORT502_SITE, else ./site.yaml).", show_default=False
    ),
]


AuditOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--audit",
        metavar="FILE",
        help="The audit log of a `port502 guard` that runs without a site.",
        show_default=False,
    ),
]


def lock(
    site: SiteArgument = None,
    audit: AuditOption = None,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="The reason, for the audit log.")
    ] = "locked",
    json: options.Json = False,
) -> None:
    """Stop all writes at a running site at once: those of its clients, and its own; or at one guard (--audit).

    It holds until `unlock`, also when the site or the guard is stopped and started again. Reading goes on.

    Example:

        port502 guard lock site.yaml --why "maintenance at the press"

        port502 guard lock --audit audit.jsonl
    """
    path = _place(site, audit)
    gates = ask_lock(_control(path), why, _who()) if audit is None else lock_guard(path, why, _who())
    if json:
        put_json({"locked": True, "listeners": list(gates), "reason": why})
    else:
        put(f"{path}: all writes are stopped" + (f" (listeners: {', '.join(gates)})" if gates else ""))


def unlock(site: SiteArgument = None, audit: AuditOption = None, json: options.Json = False) -> None:
    """Let writes through again at a running site or guard, as far as its policies allow them.

    Example:

        port502 guard unlock site.yaml

        port502 guard unlock --audit audit.jsonl
    """
    path = _place(site, audit)
    gates = ask_unlock(_control(path), _who()) if audit is None else unlock_guard(path, _who())
    if json:
        put_json({"locked": False, "listeners": list(gates)})
    else:
        put(f"{path}: writes are let through again")


def _place(site: Path | None, audit: Path | None) -> Path:
    """The site file, or the audit log that stands for a guard without a site."""
    if audit is None:
        return site_path(site)
    if site is not None:
        raise UsageError("a site file or --audit, not both")
    return audit


def _control(site: Path) -> Path:
    return control_path(site_of(site).history.path)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
