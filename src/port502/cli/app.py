"""The program ``port502``: its commands, each a module that is imported when it is used."""

from __future__ import annotations

from typing import Annotated

import typer

from port502 import __version__
from port502.cli.lazy import PROGRAM, LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "read": ("port502.cli.read", "Read and decode values."),
    "write": ("port502.cli.write", "Write values: show old and new, ask, write, read back."),
    "call": ("port502.cli.call", "Send any function and show the decoded reply."),
    "watch": ("port502.cli.watch", "Watch a device or a running site, live."),
    "decode": ("port502.cli.decode", "Explain frames: fields, values, and what is wrong with them."),
    "encode": ("port502.cli.encode", "Build a frame: any request or response, in any framing."),
    "explain": ("port502.cli.explain", "Explain a code, a finding, a field of a frame, a practice."),
    "scan": ("port502.cli.scan", "Find Modbus devices, and say what they are."),
    "identify": ("port502.cli.identify", "Say what a device is, with the evidence."),
    "doctor": ("port502.cli.doctor", "Find out why it does not work."),
    "audit": ("port502.cli.audit", "Go through the checklist before a site goes live."),
    "run": ("port502.cli.run", "Run all that a site file describes."),
    "check": ("port502.cli.check", "Check a site file, a device file or a device map."),
    "status": ("port502.cli.status", "Show how a running site fares."),
    "history": ("port502.cli.history", "Ask what was kept."),
    "web": ("port502.cli.web", "Have the tools in a browser; say who may use them."),
    "demo": ("port502.cli.demo", "Watch a simulated site being collected."),
    "serve": ("port502.cli.serve", "Be a device, or several."),
    "simulate": ("port502.cli.simulate", "Be a plant of devices with moving values and faults."),
    "maps": ("port502.cli.maps", "Look up what the registers of a product mean."),
    "gateway": ("port502.cli.gateway", "Stand between TCP and serial lines, either way."),
    "share": ("port502.cli.share", "Share one connection to a device among many clients."),
    "guard": ("port502.cli.guard", "Let through to a device what a policy allows."),
    "pki": ("port502.cli.pki", "Make and look after certificates of tls:// connections."),
    "firewall": ("port502.cli.firewall", "Write the firewall rules that match a site."),
    "inspect": ("port502.cli.inspect", "Read captures: messages, conversations, values."),
    "learn": ("port502.cli.learn", "Learn from captures: inventory, site file, policy, replays."),
}
"""Each command's module and what it does in one line."""


class Program(LazyGroup):
    """The commands of port502."""

    modules = COMMANDS


app = typer.Typer(
    cls=Program,
    name=PROGRAM,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"port502 {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Everything that happens on a Modbus network: call devices, be a device, collect a site.

    TARGET is a host, HOST:PORT, a url, or @NAME of a site file. REF names registers: holding:107, 40108, coil:3,
    holding:10*4/float32:cdab.

    Example:

        port502 read 192.168.1.10 holding:0*10
    """


def run() -> None:
    """Run the command line of this process."""
    app()
