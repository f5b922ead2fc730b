"""``port502 share``: one connection to a device, any number of clients."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live

from port502.cli import loop, options
from port502.cli.frames import listener
from port502.cli.logs import logging_to
from port502.cli.output import console, put, put_json
from port502.cli.run import For, on_screen, seconds_of
from port502.cli.secure import Secure
from port502.cli.share_board import Board, summary, words
from port502.cli.stopping import stoppable, wait
from port502.cli.target import find, site_path
from port502.errors import UsageError
from port502.gateway.cache import AgeOf, Ages
from port502.gateway.rights import writes_from
from port502.gateway.share import Share, ShareSettings, ShareStatus
from port502.gateway.spans import Span
from port502.registers.reference import parse_reference
from port502.server import Limits, Server
from port502.service.access import Networks
from port502.service.call import Layer
from port502.service.layers import read_only as nobody_writes
from port502.site.durations import parse_duration
from port502.transport.link_settings import LinkSettings
from port502.transport.tls import tls_of
from port502.transport.url import parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)

REFRESH = 0.5
CONNECTIONS = 100


@dataclass(frozen=True, slots=True)
class Upstream:
    """The device's side: where it is, how its connection behaves, how long an answer may take."""

    url: str
    link: LinkSettings
    timeout: float


@dataclass(frozen=True, slots=True)
class Door:
    """The clients' side: where they call, from where, how many, and what they may do."""

    url: str
    allow: tuple[str, ...] | None
    connections: int
    rights: Layer | None
    secure: Secure


@app.command()
def share(
    target: options.Target,
    listen: Annotated[
        str, typer.Option("--listen", metavar="URL", help="Where clients call; port 0: the system chooses.")
    ],
    cache: Annotated[
        list[str] | None,
        typer.Option(
            "--cache",
            metavar="AGE",
            help="How old values may be (500ms), or of a range (holding:0..99=5s, coil:0*8=0).",
            show_default=False,
        ),
    ] = None,
    pause: Annotated[
        str | None,
        typer.Option(
            "--pause",
            metavar="AGE",
            help="Quiet time between an answer and the next request.",
            show_default=False,
        ),
    ] = None,
    settle: Annotated[
        str | None,
        typer.Option("--settle", metavar="AGE", help="Quiet time after connecting.", show_default=False),
    ] = None,
    let_go: Annotated[
        str | None,
        typer.Option(
            "--let-go",
            metavar="AGE",
            help="Close the connection when nobody asked for so long; 0: after each answer.",
            show_default=False,
        ),
    ] = None,
    window: Annotated[
        int | None,
        typer.Option(
            "--window",
            min=1,
            max=1024,
            metavar="N",
            help="Requests the device bears at one time (1).",
            show_default=False,
        ),
    ] = None,
    client_timeout: Annotated[
        str, typer.Option("--client-timeout", metavar="AGE", help="How long clients wait: older is not sent.")
    ] = "5s",
    read_only: Annotated[bool, typer.Option("--read-only", help="Nobody may write.")] = False,
    writers: Annotated[
        list[str] | None,
        typer.Option(
            "--writers", metavar="NETWORK", help="Only these may write: 192.168.2.10.", show_default=False
        ),
    ] = None,
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
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    listen_certificate: Annotated[
        Path | None,
        typer.Option(
            "--listen-certificate",
            metavar="FILE",
            help="--listen tls://: our certificate.",
            show_default=False,
        ),
    ] = None,
    listen_key: Annotated[
        Path | None,
        typer.Option("--listen-key", metavar="FILE", help="--listen tls://: our key.", show_default=False),
    ] = None,
    listen_authority: Annotated[
        Path | None,
        typer.Option(
            "--listen-authority",
            metavar="FILE",
            help="--listen tls://: the authorities of the clients.",
            show_default=False,
        ),
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = 0,
) -> None:
    """Share the one connection that a device takes among any number of clients.

    Reads that are on their way already are joined, with --cache also answered from what was read a moment ago, never
    older than AGE; a write voids what it changes before its reply goes out. While the device is gone every client gets
    exception 0B at once. On a terminal a table shows who asks how much and what the device was spared.

    Example:

        port502 share 192.168.1.30 --listen tcp://127.0.0.1:1502

        port502 share 192.168.1.30 --listen tcp://0.0.0.0:502 --cache 500ms
    """
    seconds = seconds_of(for_)
    upstream = _upstream(target, timeout, site, Secure(certificate, key, authority, crl, name))
    link = replace(
        upstream.link,
        pause=upstream.link.pause if pause is None else _seconds("--pause", pause),
        settle=upstream.link.settle if settle is None else _seconds("--settle", settle),
        window=window or upstream.link.window,
    )
    idle = None if let_go is None else _seconds("--let-go", let_go)
    if idle == 0:
        link = replace(link, keep_open=False)
    settings = ShareSettings(
        timeout=upstream.timeout,
        client_timeout=_seconds("--client-timeout", client_timeout),
        ages=ages_of(cache or ()),
        idle=idle or None,
    )
    door = Door(
        listen,
        tuple(allow) if allow else None,
        connections,
        _rights(read_only, writers or []),
        Secure(listen_certificate, listen_key, listen_authority, None, None),
    )
    traffic = listener(parse_url(upstream.url).scheme, verbose)

    async def work() -> tuple[ShareStatus, float]:
        shared = Share(upstream.url, settings, link=link, rights=door.rights, on_traffic=traffic)
        return await _share(shared, door, seconds, json=json, screen=screen)

    screen = on_screen(json) and not quiet
    with logging_to(verbosity=verbose, quiet=quiet):
        status, ran = loop.run(work())
    if json:
        put_json(summary(status, ran))
    elif not quiet:
        put(words(status))


def ages_of(words: list[str] | tuple[str, ...]) -> Ages:
    """The ages of ``500ms`` and ``holding:0..99=5s``; raises UsageError."""
    usual = 0.0
    spans: list[AgeOf] = []
    for word in words:
        where, equals, age = word.rpartition("=")
        seconds = _seconds("--cache", age)
        if equals:
            reference = parse_reference(where)
            first = reference.address
            span = Span(reference.table.read_function, first, first + reference.span)
            spans.append(AgeOf(span, seconds))
        else:
            usual = seconds
    return Ages(usual, tuple(spans))


def _seconds(option: str, text: str) -> float:
    if text == "0":
        return 0.0
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _rights(read_only: bool, writers: list[str]) -> Layer | None:
    if read_only and writers:
        raise UsageError("--read-only lets nobody write, --writers lets some: leave one of them out")
    if read_only:
        return nobody_writes
    return writes_from(Networks(writers)) if writers else None


def _upstream(target: str, timeout: float | None, site: Path | None, secure: Secure) -> Upstream:
    """The device that a target names; raises UsageError, also of the site file."""
    if not target.startswith("@"):
        url = str(parse_url(target)) if "://" not in target else target
        files = secure.arguments()
        tls = tls_of(
            url,
            None,
            files.get("certificate"),
            files.get("key"),
            files.get("authority"),
            files.get("crl"),
            server_side=False,
            name=files.get("name"),
        )
        return Upstream(url, LinkSettings(connect_timeout=timeout or 3.0, tls=tls), timeout or 1.0)
    from port502.cli.expecting import site_of
    from port502.collect.wire import link_settings
    from port502.site.control import control_path, is_answered

    if given := secure.arguments():
        raise UsageError(f"{target} has its certificates in the site file; leave --{next(iter(given))} out")
    path = site_path(site)
    described = site_of(path)
    connection, _ = find(target[1:], described.connections, path)
    if is_answered(control_path(described.history.path)):
        raise UsageError(
            f"port502 run works on {path} and has the connection {connection.name}: let it share that,"
            f" with a listener that says share: {{connection: {connection.name}}}"
        )
    link = link_settings(connection)
    if timeout is not None:
        link = replace(link, connect_timeout=timeout)
    return Upstream(connection.url, link, timeout or connection.response_timeout)


async def _share(
    share: Share, door: Door, seconds: float | None, *, json: bool, screen: bool
) -> tuple[ShareStatus, float]:
    """Share until the time is up or somebody stops it; gives how it fared, and for how long."""
    server = Server(
        share.service,
        door.url,
        limits=Limits(connections=door.connections, per_client=door.connections),
        allow=door.allow,
        answer_within=share.settings.answer_within,
        **door.secure.arguments(),
    )
    began = asyncio.get_running_loop().time()
    with stoppable() as stopped:
        async with share, server:
            if not screen:
                if json:
                    put_json({"listening": server.url, "target": str(share.target)})
                else:
                    put(f"listening on {server.url}")
                await wait(stopped, seconds)
            else:
                await _show(share, server, stopped, seconds)
            status = share.status(server.sessions)
    return status, asyncio.get_running_loop().time() - began


async def _show(share: Share, server: Server, stopped: asyncio.Event, seconds: float | None) -> None:
    """Keep the table fresh until the end."""
    board = Board(server.url)
    time = asyncio.get_running_loop().time

    async def refresh(live: Live) -> None:
        while True:
            sessions = server.sessions
            connected = {str(session) for session in sessions}
            drawn = board.draw(share.status(sessions), connected, time(), live.console.size.height)
            live.update(drawn, refresh=True)
            await asyncio.sleep(REFRESH)

    with Live(console=console(sys.stdout), screen=True, auto_refresh=False, transient=True) as live:
        refreshing = asyncio.get_running_loop().create_task(refresh(live))
        try:
            await wait(stopped, seconds)
        finally:
            refreshing.cancel()
