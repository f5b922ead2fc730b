"""``port502 gateway``: serial lines behind TCP, TCP devices behind a serial line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

import typer
from rich.console import RenderableType

from port502.cli import loop, options, standing_options
from port502.cli.gateway_board import Board, summary, words
from port502.cli.lasting import For, seconds_of
from port502.cli.logs import logging_to
from port502.cli.output import put, put_json, say
from port502.cli.policed import Policed, policed
from port502.cli.run import on_screen
from port502.cli.secure import Secure
from port502.cli.standing import stand
from port502.errors import UsageError
from port502.gateway.bus import BusSettings
from port502.gateway.line import LineSettings
from port502.gateway.patience import Patience
from port502.gateway.record import Recorder
from port502.gateway.routing import Route, routes_to
from port502.gateway.station import BusPlan, ListenPlan, Station, needed_by
from port502.gateway.status import GatewayStatus
from port502.gateway.time_outs import time_out_order
from port502.server import Limits
from port502.service.access import Networks
from port502.transport.tls import Tls
from port502.transport.url import parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)

CONNECTIONS = 64
ALL_UNITS = "1-247"
SERIAL_WITHIN = 0.8
MASTER_WAITS = 1.0

Listen: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--listen", metavar="URL", help="Where to be called: tcp://, tls://, rtu:///dev/ttyUSB0 ..."
    ),
]
BusUrls: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--bus", metavar="URL", help="Where the units are: rtu://, ascii://, rtu+tcp://, or a tcp:// device."
    ),
]
UnitIds: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--units",
        metavar="UNITS",
        help="The unit ids of each --bus in turn: 1-16, or 17-32=1-16 for other ids there (1-247).",
        show_default=False,
    ),
]
Timeout: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0.01,
        max=60,
        metavar="S",
        help="The longest wait for a unit (1; behind a serial --listen 0.8).",
        show_default=False,
    ),
]
First: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--first", metavar="NETWORK", help="These clients go before the others.", show_default=False
    ),
]
Echo: TypeAlias = Annotated[bool, typer.Option("--echo", help="The adapter hears what it sends.")]
Rs485: TypeAlias = Annotated[
    bool, typer.Option("--rs485", help="The kernel switches the direction, where its driver can.")
]
Silent: TypeAlias = Annotated[
    bool, typer.Option("--silent", help="Say nothing for units that lead nowhere, not exception 0A.")
]


@dataclass(frozen=True, slots=True)
class Doors:
    """The clients' side of a gateway: where they call, who may come, and what of it passes."""

    urls: tuple[str, ...]
    allow: tuple[str, ...] | None
    connections: int
    secure: Secure
    read_only: bool
    silent: bool

    def plans(self, routes: tuple[Route, ...], rules: Policed | None) -> list[ListenPlan]:
        """The listeners to be."""
        return [
            ListenPlan(
                url,
                routes,
                Limits(connections=self.connections, per_client=self.connections),
                self.allow,
                _tls(url, self.secure),
                rights=rules.layer if rules is not None else None,
                watch=rules.gate.watch.connection if rules is not None else None,
                read_only=self.read_only,
                silent=self.silent,
            )
            for url in self.urls
        ]


@app.command()
def gateway(
    listen: Listen,
    bus: BusUrls,
    units: UnitIds = None,
    timeout: Timeout = None,
    record: standing_options.RecordFile = None,
    first: First = None,
    echo: Echo = False,
    rs485: Rs485 = False,
    silent: Silent = False,
    read_only: standing_options.ReadOnly = False,
    policy: standing_options.PolicyFile = None,
    audit: standing_options.AuditFile = None,
    allow: standing_options.Allow = None,
    connections: standing_options.Connections = CONNECTIONS,
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
    secure = Secure(certificate, key, authority, crl, None)
    doors = Doors(tuple(listen), tuple(allow) if allow else None, connections, secure, read_only, silent)
    rules = policed(policy, audit)
    listeners = doors.plans(routes, rules)
    if not quiet:
        _warn(listen, buses)
    recorder = Recorder(record) if record is not None else None
    try:
        with logging_to(verbosity=verbose, quiet=quiet):
            station = Station(listeners, buses, recorder=recorder)
            screen = on_screen(json) and not quiet
            status = loop.run(_stand(station, rules, seconds, json=json, screen=screen))
    finally:
        if recorder is not None:
            recorder.close()
    if json:
        put_json(summary(status))
    elif not quiet:
        put(words(status))


async def _stand(
    station: Station, rules: Policed | None, seconds: float | None, *, json: bool, screen: bool
) -> GatewayStatus:
    """Be a gateway until the time is up or somebody stops it; gives how it fared."""
    board = Board()

    def tell() -> None:
        for url in station.status().listening:
            if json:
                put_json({"listening": url, "buses": list(station.buses)})
            else:
                put(f"listening on {url}")

    def draw(width: int, rows: int) -> RenderableType:
        return board.draw(station.status(), rows)

    return await stand(
        station, seconds, status=station.status, tell=tell, draw=draw if screen else None, rules=rules
    )


def _warn(listen: list[str], buses: list[BusPlan]) -> None:
    """Say so where a serial master may be less patient than the gateway."""
    if any(parse_url(url).is_serial for url in listen):
        for plan in buses:
            if warning := time_out_order(plan.name, needed_by(plan), MASTER_WAITS):
                say(f"port502: {warning}")


def plans_of_buses(
    urls: list[str], timeout: float | None, first: list[str] | None, *, echo: bool, rs485: bool
) -> list[BusPlan]:
    """The buses to be, each with its url as its name; raises UsageError."""
    patience = Patience() if timeout is None else Patience(maximum=timeout, floor=min(0.05, timeout))
    line = LineSettings(echo=echo)
    settings = BusSettings(patience=patience, first=Networks(first) if first else None)
    plans = []
    for url in urls:
        target = parse_url(url)
        if rs485 and target.is_serial and not target.serial.rs485:
            url += f"{'&' if '?' in url else '?'}rs485=try"
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
    """What one of several listeners makes of the options: only those on tls:// want them."""
    return secure.tls(url, server_side=True) if parse_url(url).scheme == "tls" else None
