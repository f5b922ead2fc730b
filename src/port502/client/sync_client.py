"""The blocking client: the same state machine on a plain blocking socket, without a thread or an event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from port502.client.exchange import Exchange
from port502.client.settings import Reconnect, check_unit, client_settings
from port502.client.sync_calls import BlockingCalls
from port502.protocol.message import Request, Response
from port502.transport.sockets import Keepalive
from port502.transport.states import LinkState, Traffic
from port502.transport.tls import Tls, tls_of

R = TypeVar("R", bound=Response)


class BlockingUnit(BlockingCalls):
    """One unit behind a client's connection."""

    __slots__ = ("client", "unit")

    def __init__(self, client: SyncClient, unit: int) -> None:
        self.client = client
        self.unit = check_unit(unit)

    def request(self, request: Request[R], *, unit: int | None = None, timeout: float | None = None) -> R:
        return self.client.request(request, unit=self.unit if unit is None else unit, timeout=timeout)


class SyncClient(Exchange, BlockingCalls):
    """A blocking Modbus client: ``with SyncClient("tcp://192.168.1.10") as client``.

    The arguments are those of Client. Threads may share one; their calls take turns.
    """

    def __init__(
        self,
        url: str,
        *,
        unit: int = 1,
        connect_timeout: float = 3.0,
        response_timeout: float = 1.0,
        retries: int = 2,
        window: int = 1,
        coalesce: bool = False,
        pause: float = 0.0,
        settle: float = 0.0,
        tolerate: Iterable[str] = (),
        reconnect: Reconnect | None = None,
        keepalive: Keepalive | None = Keepalive(),  # noqa: B008 (frozen)
        source: str | None = None,
        tls: Tls | None = None,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
        authority: str | Path | None = None,
        crl: str | Path | None = None,
        name: str | None = None,
        on_state: Callable[[LinkState, str], None] | None = None,
        on_traffic: Traffic | None = None,
    ) -> None:
        settings = client_settings(
            url,
            tolerate,
            unit=unit,
            connect_timeout=connect_timeout,
            response_timeout=response_timeout,
            retries=retries,
            window=window,
            coalesce=coalesce,
            pause=pause,
            settle=settle,
            reconnect=reconnect or Reconnect(),
            keepalive=keepalive,
            source=source,
            tls=tls_of(url, tls, certificate, key, authority, crl, server_side=False, name=name),
        )
        super().__init__(settings, on_state, on_traffic)

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def for_unit(self, unit: int) -> BlockingUnit:
        """The same calls for another unit behind this connection."""
        return BlockingUnit(self, unit)
