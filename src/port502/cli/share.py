"""``port502 share``: one connection to a device, any number of clients."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from rich.console import RenderableType

from port502.cli import loop, options, standing_options
from port502.cli.frames import listener
from port502.cli.lasting import For, seconds_of
from port502.cli.logs import logging_to
from port502.cli.output import put, put_json
from port502.cli.policed import Policed, policed
from port502.cli.run import on_screen
from port502.cli.secure import Secure
from port502.cli.share_board import Board, summary, words
from port502.cli.share_setup import Door, Manners, Upstream, ages_of, rights_of, seconds_in, upstream_of
from port502.cli.standing import stand
from port502.gateway.record import Recorder, RecordingWire, device_side, listener_side
from port502.gateway.share import Share, ShareSettings, ShareStatus
from port502.server import Limits, Server
from port502.transport.states import Traffic, heard_by
from port502.transport.url import parse_url

app = typer.Typer(rich_markup_mode=None, add_completion=False)

CONNECTIONS = 100

Listen: TypeAlias = Annotated[
    str, typer.Option("--listen", metavar="URL", help="Where clients call; port 0: the system chooses.")
]
Cache: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--cache",
        metavar="AGE",
        help="How old values may be (500ms), or of a range (holding:0..99=5s, coil:0*8=0).",
        show_default=False,
    ),
]
Pause: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--pause",
        metavar="AGE",
        help="Quiet time between an answer and the next request.",
        show_default=False,
    ),
]
Settle: TypeAlias = Annotated[
    str | None,
    typer.Option("--settle", metavar="AGE", help="Quiet time after connecting.", show_default=False),
]
LetGo: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--let-go",
        metavar="AGE",
        help="Close the connection when nobody asked for so long; 0: after each answer.",
        show_default=False,
    ),
]
Window: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--window",
        min=1,
        max=1024,
        metavar="N",
        help="Requests the device bears at one time (1).",
        show_default=False,
    ),
]
ClientTimeout: TypeAlias = Annotated[
    str, typer.Option("--client-timeout", metavar="AGE", help="How long clients wait: older is not sent.")
]
Writers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--writers", metavar="NETWORK", help="Only these may write: 192.168.2.10.", show_default=False
    ),
]
ListenCertificate: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--listen-certificate", metavar="FILE", help="--listen tls://: our certificate.", show_default=False
    ),
]
ListenKey: TypeAlias = Annotated[
    Path | None,
    typer.Option("--listen-key", metavar="FILE", help="--listen tls://: our key.", show_default=False),
]
ListenAuthority: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--listen-authority",
        metavar="FILE",
        help="--listen tls://: the authorities of the clients.",
        show_default=False,
    ),
]


@app.command()
def share(
    target: options.Target,
    listen: Listen,
    cache: Cache = None,
    pause: Pause = None,
    settle: Settle = None,
    let_go: LetGo = None,
    window: Window = None,
    client_timeout: ClientTimeout = "5s",
    read_only: standing_options.ReadOnly = False,
    writers: Writers = None,
    policy: standing_options.PolicyFile = None,
    audit: standing_options.AuditFile = None,
    record: standing_options.RecordFile = None,
    allow: standing_options.Allow = None,
    connections: standing_options.Connections = CONNECTIONS,
    for_: For = None,
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    listen_certificate: ListenCertificate = None,
    listen_key: ListenKey = None,
    listen_authority: ListenAuthority = None,
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
    upstream = upstream_of(target, timeout, site, Secure(certificate, key, authority, crl, name))
    manners = Manners(pause, settle, let_go, window)
    settings = ShareSettings(
        timeout=upstream.timeout,
        client_timeout=seconds_in("--client-timeout", client_timeout),
        ages=ages_of(cache or ()),
        idle=manners.idle or None,
    )
    upstream = Upstream(upstream.url, manners.of(upstream.link), upstream.timeout)
    rules = policed(policy, audit)
    rights = rights_of(rules, writers or (), read_only=read_only)
    secure = Secure(listen_certificate, listen_key, listen_authority, None, None)
    door = Door(listen, tuple(allow) if allow else None, connections, rights, secure)
    recorder = Recorder(record) if record is not None else None
    standing = Standing(upstream, settings, door, rules, recorder, verbose)
    try:
        with logging_to(verbosity=verbose, quiet=quiet):
            screen = on_screen(json) and not quiet
            status, ran = loop.run(standing.run(seconds, json=json, screen=screen))
    finally:
        if recorder is not None:
            recorder.close()
    if json:
        put_json(summary(status, ran))
    elif not quiet:
        put(words(status))


class Standing:
    """A shared connection from its options to its end."""

    def __init__(
        self,
        upstream: Upstream,
        settings: ShareSettings,
        door: Door,
        rules: Policed | None,
        recorder: Recorder | None,
        verbosity: int,
    ) -> None:
        self._upstream = upstream
        self._settings = settings
        self._door = door
        self._rules = rules
        self._recorder = recorder
        self._verbosity = verbosity

    async def run(self, seconds: float | None, *, json: bool, screen: bool) -> tuple[ShareStatus, float]:
        """Share until the time is up or somebody stops it; gives how it fared, and for how long."""
        time = asyncio.get_running_loop().time
        began = time()
        share = Share(
            self._upstream.url,
            self._settings,
            link=self._upstream.link,
            rights=self._door.rights,
            on_traffic=self._traffic(),
        )
        server, wire = self._server(share)

        @functools.cache
        def board() -> Board:
            return Board(server.url)  # which is known when clients can come

        def tell() -> None:
            if json:
                put_json({"listening": server.url, "target": str(share.target)})
            else:
                put(f"listening on {server.url}")

        def draw(width: int, rows: int) -> RenderableType:
            sessions = server.sessions
            connected = {str(session) for session in sessions}
            return board().draw(share.status(sessions), connected, time(), rows)

        status = await stand(
            _both(share, server, wire),
            seconds,
            status=lambda: share.status(server.sessions),
            tell=tell,
            draw=draw if screen else None,
            rules=self._rules,
        )
        return status, time() - began

    def _traffic(self) -> Traffic | None:
        """What hears the device's side: whoever asked for frames, and the capture."""
        target = parse_url(self._upstream.url)
        return heard_by(listener(target.scheme, self._verbosity), device_side(self._recorder, target))

    def _server(self, share: Share) -> tuple[Server, RecordingWire | None]:
        door = self._door
        service, wire = listener_side(self._recorder, parse_url(door.url), share.service)
        server = Server(
            service,
            door.url,
            limits=Limits(connections=door.connections, per_client=door.connections),
            allow=door.allow,
            answer_within=share.settings.answer_within,
            wire=wire,
            watch=self._rules.gate.watch.connection if self._rules is not None else None,
            **door.secure.arguments(),
        )
        return server, wire


@asynccontextmanager
async def _both(share: Share, server: Server, wire: RecordingWire | None) -> AsyncIterator[None]:
    """Both sides at work."""
    async with share, server:
        if wire is not None:
            wire.server = server.target.host, server.port
        yield
