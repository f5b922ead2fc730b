"""``port502 demo``: a simulated site, collected and shown live."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from port502.cli import loop, options
from port502.cli.dashboard import Web
from port502.cli.lasting import For, seconds_of
from port502.cli.live import attend, put_summary
from port502.cli.output import say
from port502.cli.run import on_screen
from port502.errors import UsageError
from port502.site.build import load_site
from port502.site.control import control_path, is_answered
from port502.site.demo import METERS, PORT, Demo, demo_folder, intruder_source
from port502.site.demo_files import GUARD
from port502.site.demo_intruder import Intruder
from port502.site.running import Running
from port502.site.status import Summary

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def demo(
    for_: For = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="FOLDER", help="Where the site file and the history go.", show_default=False
        ),
    ] = None,
    meters: Annotated[
        int, typer.Option("--meters", min=1, max=200, metavar="N", help="So many energy meters.")
    ] = METERS,
    port: Annotated[
        int,
        typer.Option(
            "--port", min=0, max=65535, metavar="N", help="Their TCP port; 0 lets the system choose."
        ),
    ] = PORT,
    web: Web = True,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Watch a simulated site being collected: meters of ten makers, inverter, battery, drive, heat pump and PLC.

    The devices are real Modbus servers on this machine, each at an address of its own, simulated from maps of the
    library; the meters are polled every 5 s, the PLC every 500 ms, and all values are kept. A guard stands before
    the PLC, and every 20 s a hostile client tries to overspeed its pump: it is refused, and the audit log tells.
    Four more meters share a serial line behind a gateway, and the inverter takes one connection, which is shared.
    Beside the site file that it names lies the plant file. While it runs, other commands can ask it with the site file.

    Example:

        port502 demo

        port502 demo --for 15 --json
    """
    seconds = seconds_of(for_)
    folder = demo_folder(data)
    if is_answered(control_path(folder / "data")):
        raise UsageError(f"a demo runs in {folder} already; --data names another folder for a second one")
    screen = on_screen(json) and not quiet

    async def work() -> Summary:
        async with Demo(folder, meters=meters, port=port) as plant:
            path = plant.site_file
            if not (screen or quiet):
                say(f"port502: the site file is {path}; Ctrl-C ends")
            hint = f"Ctrl-C ends    port502 read @tank level --site {path}"
            running = Running(load_site(path))
            intruding = asyncio.get_running_loop().create_task(_intruder(running).run())
            try:
                return await attend(
                    running,
                    seconds=seconds,
                    hint=hint,
                    screen=screen,
                    verbosity=verbose,
                    quiet=quiet,
                    web=web,
                )
            finally:
                intruding.cancel()
                await asyncio.gather(intruding, return_exceptions=True)

    summary = loop.run(work())
    path = folder / "site.yaml"
    put_summary(summary, json=json, quiet=quiet, site_file=str(path), audit_log=str(audit_log(folder)))
    if not (json or quiet):
        say(f"port502: what was kept: port502 history query tank.level --since 1m --site {path}")
        say(f"port502: what was refused: {audit_log(folder)}")


def audit_log(folder: Path) -> Path:
    """Where the guard before the PLC writes down what it refused."""
    return folder / "data" / "audit" / f"{GUARD}.jsonl"


def _intruder(running: Running) -> Intruder:
    def where() -> str:
        guard = running.listeners.running.get(GUARD)
        return guard.url if guard is not None else ""

    return Intruder(where, source=intruder_source())
