"""The web server: uvicorn in the running event loop, beside the collector."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Self

import uvicorn

from port502.errors import ConfigError, ConnectError, UsageError
from port502.site.running import Running
from port502.site.web_model import WebSettings
from port502.transport.binding import port_holder
from port502.web.app import application
from port502.web.connection import MOST, HttpConnection, protocols
from port502.web.doorstep import Doorway
from port502.web.gate import Door, Gate
from port502.web.mounting import mount
from port502.web.orderly import Orderly
from port502.web.roles import Role
from port502.web.sessions import Sessions
from port502.web.station import Station
from port502.web.turns import Turns
from port502.web.users import Users, load_users

log = logging.getLogger("port502.web")
logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what goes wrong is logged by us, once

GRACE = 1.0


class ToolServer:
    """The tools alone, without a site, at ``url`` once started; ``pages`` are for browsers, of which a process has one.

    Raises ConfigError for a users file or certificate that cannot be used, ConnectError for a port that is taken.
    """

    def __init__(self, settings: WebSettings, *, pages: bool = False, station: Station | None = None) -> None:
        if settings.users is None and not settings.is_local:
            raise UsageError(f"on {settings.host} the dashboard does not start without users")
        self.settings = settings
        self.users = load_users(settings.users) if settings.users is not None else Users({})
        self.sessions = Sessions()
        self.app = application(station, settings, self.users, self.sessions)
        if pages:
            mount(self.app, site=station is not None)
        self.turns = station.feed.turns if station is not None else Turns()
        self._doorway: Doorway | None = None
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._port = settings.port

    @property
    def url(self) -> str:
        """Where it is."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"{self.settings.scheme}://{host}:{self._port}"

    def link(self, role: Role = Role.ADMIN) -> str:
        """A link that lets somebody in once, within an hour, without a password."""
        secret = self.sessions.link("local", role, time.monotonic())
        return f"{self.url}/enter/{secret}"

    async def start(self) -> None:
        """Listen."""
        secured = _tls(self.settings)
        listening = _listening(self.settings)
        self._port = listening.getsockname()[1]
        door: Door = self.app.state.door
        http, websocket = protocols(door)
        config = uvicorn.Config(
            Gate(Orderly(self.app, self.turns), door, self.app.state),
            http=http,
            ws=websocket,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST + 1,
            timeout_graceful_shutdown=int(GRACE),
            ws_max_size=1 << 20,
        )
        config.load()
        self._server = server = _Server(config)
        sockets = [listening] if secured is None else []
        self._serving = asyncio.get_running_loop().create_task(server.serve(sockets=sockets))
        await server.ready(self._serving)
        if secured is not None:
            self._doorway = Doorway(listening, secured, lambda: server.protocol(http))
            self._doorway.start()
        log.info("the dashboard is at %s", self.url)

    async def stop(self) -> None:
        """Let everybody go."""
        await self.app.state.jobs.close()
        self.app.state.entrance.close()
        if self._doorway is not None:
            await self._doorway.close()
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.gather(self._serving, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()


class WebServer(ToolServer):
    """The dashboard and the API of a running site, the tools among them; without ``pages`` there is the API alone."""

    def __init__(self, running: Running, settings: WebSettings | None = None, *, pages: bool = False) -> None:
        self.station = Station(running)
        super().__init__(
            settings if settings is not None else running.site.web, pages=pages, station=self.station
        )

    async def start(self) -> None:
        """Listen, and begin to pass samples on."""
        await super().start()
        self.station.start()

    async def stop(self) -> None:
        """Let everybody go."""
        self.station.stop()
        await super().stop()


class _Server(uvicorn.Server):
    """Signals belong to whoever owns the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def protocol(self, http: type[HttpConnection]) -> HttpConnection:
        """What a connection from elsewhere is served with."""
        return http(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def ready(self, serving: asyncio.Task[None]) -> None:
        """Wait until it listens."""
        while not self.started:
            if serving.done():
                serving.result()
                raise ConnectError("the dashboard ended before it began")
            await asyncio.sleep(0.005)


def _listening(settings: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise ConnectError(_taken(settings, error)) from error
    return listening


def _taken(settings: WebSettings, error: OSError) -> str:
    holder = port_holder(settings.port, settings.host)
    who = f"; {holder} has it" if holder else ""
    place = f"{settings.host}:{settings.port}"
    way = "set 'listen' of 'web' in the site file, or --listen"
    return f"the dashboard cannot listen on {place}: {error.strerror}{who}; {way}"


def _tls(settings: WebSettings) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate, settings.key)
        if settings.authority is not None:
            context.load_verify_locations(settings.authority)
            context.verify_mode = ssl.CERT_OPTIONAL
    except OSError as error:
        raise ConfigError(f"the dashboard's certificate cannot be used: {error}") from error
    return context
