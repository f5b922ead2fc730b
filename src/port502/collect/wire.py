"""What the collector needs of a connection, and how it makes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, TypeVar

from port502.collect.settings import ConnectionSettings
from port502.protocol.message import Request, Response
from port502.protocol.transaction import Transaction
from port502.transport.link import Link
from port502.transport.link_settings import LinkCounters, LinkSettings
from port502.transport.sockets import Keepalive
from port502.transport.states import LinkState, Traffic
from port502.transport.url import parse_url

R = TypeVar("R", bound=Response)
AnyTransaction: TypeAlias = Transaction[Any]
OnState: TypeAlias = Callable[[LinkState, str], None]


class Wire(Protocol):
    """A connection that comes back by itself; ``Link`` is one, tests have another."""

    counters: LinkCounters

    @property
    def state(self) -> LinkState:
        """Where it stands."""

    def submit(
        self,
        unit: int,
        request: Request[R],
        done: Callable[[AnyTransaction], None],
        *,
        timeout: float,
        deadline: float | None = None,
        retries: int = 0,
        priority: int = 0,
        context: Any = None,
    ) -> Transaction[R]:
        """Send a request when its turn comes; ``done`` is called once, later, with its response or error."""

    def cancel(self, transaction: AnyTransaction) -> None:
        """Nobody waits for it any more: ``done`` will not be called."""

    def listen(self, heard: Traffic | None) -> None:
        """From now on this hears what passes, in place of what did before; None: nothing does."""

    def keep(self) -> None:
        """Connect, and stay connected."""

    async def close(self) -> None:
        """End it for good."""


Connect: TypeAlias = Callable[[ConnectionSettings, OnState], Wire]
"""Makes the wire of a connection; its states are reported from then on."""


def connect(settings: ConnectionSettings, on_state: OnState) -> Wire:
    """A real connection as the settings describe it, not opened yet; raises ConfigError for unusable certificates."""
    return Link(parse_url(settings.url), link_settings(settings), on_state=on_state)


def link_settings(settings: ConnectionSettings) -> LinkSettings:
    """How the connection behaves; raises ConfigError for unusable certificates."""
    return LinkSettings(
        connect_timeout=settings.connect_timeout,
        window=settings.window,
        coalesce=settings.coalesce,
        pause=settings.pause,
        settle=settings.settle,
        keep_open=settings.keep_open,
        reconnect_first=settings.reconnect_first,
        reconnect_max=settings.reconnect_max,
        keepalive=Keepalive(settings.keepalive_idle, settings.keepalive_interval, settings.keepalive_probes),
        source=settings.source,
        tolerate=settings.tolerate,
        tls=None if settings.tls is None else settings.tls.context(server_side=False),
        fallback=settings.fallback,
        longer=dict(settings.longer),
    )
