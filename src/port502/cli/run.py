"""``port502 run``: everything a site file describes, at work."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import exits, loop, options
from port502.cli.board import count
from port502.cli.dashboard import Web
from port502.cli.expecting import site_of
from port502.cli.lasting import For, seconds_of
from port502.cli.live import attend, put_summary
from port502.cli.output import say
from port502.cli.target import site_path
from port502.site.build import Site
from port502.site.control import check_not_running, control_path
from port502.site.faults import Fault
from port502.site.running import Running
from port502.site.status import NO_ANSWER, NOT_CONNECTED, REFUSED, Summary

app = typer.Typer(rich_markup_mode=None, add_completion=False)

FAULT_CODES = {
    NOT_CONNECTED: exits.NOT_CONNECTED,
    NO_ANSWER: exits.NO_ANSWER,
    REFUSED: exits.DEVICE_EXCEPTION,
}
"""How a run ends that was given its time and got not one good sample."""


@app.command()
def run(
    site: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SITE]", help="The site file (else $PORT502_SITE, else ./site.yaml).", show_default=False
        ),
    ] = None,
    for_: For = None,
    web: Web = True,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Run all that a site file describes: poll its devices, keep what they say.

    On a terminal a table shows devices with their newest values; the dashboard for the browser is at
    http://127.0.0.1:8502, or where the site file's 'web' says. SIGHUP reads the file again and applies what
    changed; SIGTERM and Ctrl-C end cleanly. The last line tells what the run came to. With --for, the exit code tells
    why where not one sample was good: 3 not connected, 4 no answer, 1 all refused.

    Example:

        port502 run site.yaml

        port502 run site.yaml --for 10 --json
    """
    path = site_path(site)
    described = site_of(path)
    seconds = seconds_of(for_)
    check_not_running(control_path(described.history.path))
    if not quiet:
        tell(described.warnings)
        if not on_screen(json):
            say(f"port502: {described.name}: {size(described)}; Ctrl-C ends")
    hint = f"Ctrl-C ends    port502 status {described.path}"
    screen = on_screen(json) and not quiet

    async def work() -> Summary:
        return await attend(
            Running(described),
            seconds=seconds,
            hint=hint,
            screen=screen,
            verbosity=verbose,
            quiet=quiet,
            tell=not (screen or json or quiet),
            web=web,
        )

    summary = loop.run(work())
    put_summary(summary, json=json, quiet=quiet)
    if seconds is not None and summary.fault:
        raise typer.Exit(FAULT_CODES[summary.fault])


def on_screen(json: bool) -> bool:
    """Whether somebody looks who wants to see a table."""
    return not json and sys.stdout.isatty()


def size(site: Site) -> str:
    """How much a site file describes."""
    devices = [device for connection in site.connections for device in connection.devices]
    points = sum(len(device.points) + len(device.expressions) for device in devices)
    return f"{count(len(site.connections), 'connection')}, {count(len(devices), 'device')}, {count(points, 'point')}"


def tell(warnings: Sequence[Fault]) -> None:
    """What is allowed but worth a look."""
    for warning in warnings:
        say(f"port502: {warning}")
