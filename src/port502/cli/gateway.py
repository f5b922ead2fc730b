"""``port502 gateway``: serial lines behind TCP, TCP devices behind a serial line."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live

from port502.cli import loop, options
from port502.cli.gateway_board import Board, summary, words
from port502.cli.logs import logging_to
from port502.cli.output import console, put, put_json, say
from port502.cli.run import For, on_screen, seconds_of
from port502.cli.secure import Secure
from port502.cli.stopping import stoppable, wait
from port502.errors import UsageError
from port502.gateway.bus import BusSettings
from port502.gateway.direction import Direction
from port502.gateway.line import LineSettings
from port502.gateway.patience import Patience
from port502.gateway.record import Recorder
from port502.gateway.routing import Route, routes_to
from port502.gateway.station import BusPlan, ListenPlan, Station, needed_by
from port502.gateway.status import GatewayStatus
from port502.gateway.time_outs import time_out_order
from port502.server import Limits
from port502.service.access import Networks
from port502.transport.tls import Tls, tls_of
from port502.transport.url import parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)

REFRESH = 0.5
CONNECTIONS = 64
ALL_UNITS = "1-247"
SERIAL_WITHIN = 0.8


@app.command()
def gateway(
    listen: Annotated[
        list[str],
        typer.Option(
            "--listen", metavar="URL", help="Where to be called: tcp://, tls://, rtu:///dev/ttyUSB0 ..."
        ),
    ],
    bus: Annotated[
        list[str],
        typer.Option(
            "--bus",
            metavar="URL",
            help="Where the units are: rtu://, ascii://, rtu+tcp://, or a tcp:// device.",
        ),
    ],
    units: Annotated[
        list[str] | None,
        typer.Option(
            "--units",
            metavar="UNITS",
            help="The unit ids of each --bus in turn: 1-16, or 17-32=1-16 for other ids there (1-247).",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout",
            min=0.01,
            max=60,
            metavar="S",
            help="The longest wait for a unit (1; behind a serial --listen 0.8).",
            show_default=False,
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="FILE", help="Write both sides as a capture (pcap).", show_default=False
        ),
    ] = None,
    first: Annotated[
        list[str] | None,
        typer.Option(
            "--first", metavar="NETWORK", help="These clients go before the others.", show_default=False
        ),
    ] = None,
    echo: Annotated[bool, typer.Option("--echo", help="The adapter hears what it sends.")] = False,
    rs485: Annotated[bool, typer.Option("--rs485", help="The kernel switches the direction.")] = False,
    silent: Annotated[
        bool, typer.Option("--silent", help="Say nothing for units that lead nowhere, not exception 0A.")
    ] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Nobody may write.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="NETWORK",
            help="Who may connect; else loopback, private and link-local addresses.",
            show_default=False,
        ),
    ] = None,
    connections: Annotated[
        int, typer.Option("--connections", min=1, metavar="N", help="Accept so many clients.")
    ] = CONNECTIONS,
    for_: For = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Let TCP clients reach serial devices, or a serial master reach TCP devices.

    Clients take turns on the line; each unit is given the time it was seen to need; one that is dead is answered for
    with exception 0B and costs the others next to nothing. A write is never sent twice. The other direction is the same
    command with the serial line at --listen. On a terminal a table shows lines, units and clients.

    Example:

    \b
        port502 gateway --listen tcp://127.0.0.1:1502 \\
            --bus 'rtu:///dev/ttyUSB0?baud=19200' --units 1-16

    \b
        port502 gateway --listen 'rtu:///dev/ttyUSB0?baud=9600' \\
            --bus tcp://192.168.1.10 --units 1-9
    """
    seconds = seconds_of(for_)
    buses = plans_of_buses(bus, timeout, first, echo=echo, rs485=rs485)
    routes = routes_of(bus, units or [])
    limits = Limits(connections=connections, per_client=connections)
    secure = Secure(certificate, key, authority, crl, None)
    listeners = [
        ListenPlan(
            url,
            routes,
            limits,
            tuple(allow) if allow else None,
            _tls(url, secure),
            read_only=read_only,
            silent=silent,
        )
        for url in listen
    ]
    if any(parse_url(url).is_serial for url in listen) and not quiet:
        for plan in buses:
            if warning := time_out_order(plan.name, needed_by(plan), 1.0):
                say(f"port502: {warning}")
    recorder = Recorder(record) if record is not None else None

    async def work() -> GatewayStatus:
        station = Station(listeners, buses, recorder=recorder)
        return await _stand(station, seconds, json=json, screen=on_screen(json) and not quiet)

    try:
        with logging_to(verbosity=verbose, quiet=quiet):
            status = loop.run(work())
    finally:
        if recorder is not None:
            recorder.close()
    if json:
        put_json(summary(status))
    elif not quiet:
        put(words(status))


def plans_of_buses(
    urls: list[str], timeout: float | None, first: list[str] | None, *, echo: bool, rs485: bool
) -> list[BusPlan]:
    """The buses to be, each with its url as its name; raises UsageError."""
    patience = Patience() if timeout is None else Patience(maximum=timeout, floor=min(0.05, timeout))
    line = LineSettings(echo=echo, direction=Direction() if rs485 else None)
    settings = BusSettings(patience=patience, first=Networks(first) if first else None)
    plans = []
    for url in urls:
        target = parse_url(url)
        plan = BusPlan(str(target), url, replace(line, memory=patience.maximum), settings)
        plans.append(replace(plan, within=timeout or SERIAL_WITHIN))
    return plans


def routes_of(urls: list[str], units: list[str]) -> tuple[Route, ...]:
    """The routes to each bus in turn; raises UsageError."""
    if not units and len(urls) == 1:
        units = [ALL_UNITS]
    if len(units) != len(urls):
        raise UsageError(
            f"there are {len(urls)} --bus and {len(units)} --units: give each bus its units, in turn"
        )
    return tuple(
        route for url, text in zip(urls, units, strict=True) for route in routes_to(str(parse_url(url)), text)
    )


def _tls(url: str, secure: Secure) -> Tls | None:
    if parse_url(url).scheme != "tls":
        return None
    files = secure.arguments()
    return tls_of(
        url,
        None,
        files.get("certificate"),
        files.get("key"),
        files.get("authority"),
        files.get("crl"),
        server_side=True,
    )


async def _stand(station: Station, seconds: float | None, *, json: bool, screen: bool) -> GatewayStatus:
    """Be a gateway until the time is up or somebody stops it; gives how it fared."""
    with stoppable() as stopped:
        async with station:
            if screen:
                await _show(station, stopped, seconds)
            else:
                for url in station.status().listening:
                    if json:
                        put_json({"listening": url, "buses": list(station.buses)})
                    else:
                        put(f"listening on {url}")
                await wait(stopped, seconds)
            return station.status()


async def _show(station: Station, stopped: asyncio.Event, seconds: float | None) -> None:
    """Keep the table fresh until the end."""
    board = Board()

    async def refresh(live: Live) -> None:
        while True:
            live.update(board.draw(station.status(), live.console.size.height), refresh=True)
            await asyncio.sleep(REFRESH)

    with Live(console=console(sys.stdout), screen=True, auto_refresh=False, transient=True) as live:
        refreshing = asyncio.get_running_loop().create_task(refresh(live))
        try:
            await wait(stopped, seconds)
        finally:
            refreshing.cancel()
