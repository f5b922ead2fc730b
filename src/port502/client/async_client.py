"""The asynchronous client: one connection that many tasks share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from port502.client.answer import Answer
from port502.client.async_calls import AsyncCalls
from port502.client.settings import ClientSettings, Reconnect, check_unit, client_settings
from port502.errors import DeviceError
from port502.protocol.message import Request, Response
from port502.transport.link import Link
from port502.transport.link_settings import LinkSettings
from port502.transport.queue import AnyTransaction
from port502.transport.sockets import Keepalive
from port502.transport.states import LinkState, Traffic
from port502.transport.tls import Tls, tls_of

R = TypeVar("R", bound=Response)

_CLOSED = LinkState.CLOSED  # looking a member up on its class takes longer than the rest of a comparison


class AsyncUnit(AsyncCalls):
    """One unit behind a client's connection."""

    __slots__ = ("client", "unit")

    def __init__(self, client: Client, unit: int) -> None:
        self.client = client
        self.unit = check_unit(unit)

    async def request(
        self, request: Request[R], *, unit: int | None = None, timeout: float | None = None
    ) -> R:
        return await self.client.request(request, unit=self.unit if unit is None else unit, timeout=timeout)


class Client(AsyncCalls):
    """A Modbus client on asyncio: ``async with Client("tcp://192.168.1.10") as client``.

    ``url`` is a host or ``tcp:// tls:// rtu:// ascii:// rtu+tcp://``. ``response_timeout`` (s) bounds each attempt;
    reads are repeated ``retries`` times, writes never. ``window`` requests may be in flight, each in a TCP segment
    of its own unless ``coalesce``. ``pause`` lies between an answer and the next request, ``settle`` after
    connecting. ``tolerate`` names what a peculiar device may do. ``on_state`` hears of each change of the
    connection, with the reason, ``on_traffic`` the bytes that pass. On ``tls://`` both sides show a certificate:
    ``certificate``, ``key``, ``authority`` and ``crl`` are PEM files, read anew when they change, ``name`` is what
    the server's certificate names if not the host; or ``tls`` is a context of your own. Entering the context
    connects, or raises ConnectError; a lost connection comes back with the next call. Tasks may share one client; a
    cancelled call leaves it usable.
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
        self.settings = client_settings(
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
        self._on_state = on_state
        self._on_traffic = on_traffic
        self._link: Link | None = None
        self._future: Callable[[], Answer[Any] | asyncio.Future[Any]]
        self._unit = unit
        self._timeout = response_timeout
        self._retries = retries
        self._longest = self.settings.longest

    async def __aenter__(self) -> Self:
        try:
            await self.connect()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def state(self) -> LinkState:
        """Where the connection stands."""
        return self._link.state if self._link is not None else LinkState.IDLE

    @property
    def link(self) -> Link:
        """The connection underneath, with its counters."""
        if self._link is None or self._link.state is LinkState.CLOSED:
            self._link = Link(
                self.settings.target,
                _link_settings(self.settings),
                on_state=self._on_state,
                on_traffic=self._on_traffic,
            )
            loop = self._link.loop
            self._future = (
                partial(Answer, loop) if isinstance(loop, asyncio.BaseEventLoop) else loop.create_future
            )
        return self._link

    async def connect(self) -> None:
        """Connect now; raises ConnectError with the reason."""
        await self.link.open()

    async def close(self) -> None:
        """End the connection; calls in flight fail with LinkClosedError. The next call would open it again."""
        if self._link is not None:
            await self._link.close()

    def for_unit(self, unit: int) -> AsyncUnit:
        """The same calls for another unit behind this connection."""
        return AsyncUnit(self, unit)

    async def request(
        self, request: Request[R], *, unit: int | None = None, timeout: float | None = None
    ) -> R:
        """Send any request and return its response; the calls above all end here."""
        link = self._link
        if link is None or link.state is _CLOSED:
            link = self.link
        future = self._future()
        transaction = link.submit(
            self._unit if unit is None else check_unit(unit),
            request,
            _resolve,
            timeout=self._timeout,
            deadline=None if timeout is None else link.time() + timeout,
            retries=self._retries,
            context=future,
        )
        try:
            response: R = await future
        except asyncio.CancelledError:
            link.cancel(transaction)
            raise
        return response

    async def read_many(
        self, requests: Sequence[Request[R]], *, unit: int | None = None, timeout: float | None = None
    ) -> list[R | DeviceError]:
        """Send many requests through the window and return their responses in the same order.

        An exception reply takes its response's place; any other error ends the call. Without tasks: the fastest way.
        """
        if not requests:
            return []
        link = self.link
        unit = self._unit if unit is None else check_unit(unit)
        batch = _Batch(link, len(requests))
        deadline = link.time() + (self._longest if timeout is None else timeout)
        for index, request in enumerate(requests):
            batch.transactions.append(
                link.submit(
                    unit,
                    request,
                    batch.done,
                    timeout=self._timeout,
                    deadline=deadline,
                    retries=self._retries,
                    context=index,
                )
            )
        try:
            await batch.finished
        finally:
            if batch.missing:
                for transaction in batch.transactions:
                    link.cancel(transaction)
        return batch.results


class _Batch:
    """The outcomes of many requests, gathered into one future."""

    __slots__ = ("finished", "missing", "results", "transactions")

    def __init__(self, link: Link, size: int) -> None:
        self.results: list[Any] = [None] * size
        self.missing = size
        self.transactions: list[AnyTransaction] = []
        self.finished: asyncio.Future[None] = link.loop.create_future()

    def done(self, transaction: AnyTransaction) -> None:
        error = transaction.error
        if error is None:
            self.results[transaction.context] = transaction.response
        elif isinstance(error, DeviceError):
            self.results[transaction.context] = error
        elif not self.finished.done():
            self.finished.set_exception(error)
            return
        self.missing -= 1
        if not self.missing and not self.finished.done():
            self.finished.set_result(None)


def _resolve(transaction: AnyTransaction) -> None:
    future = transaction.context
    if future.done():
        return
    if transaction.error is None:
        future.set_result(transaction.response)
    else:
        future.set_exception(transaction.error)


def _link_settings(settings: ClientSettings) -> LinkSettings:
    return LinkSettings(
        connect_timeout=settings.connect_timeout,
        window=settings.window,
        coalesce=settings.coalesce,
        pause=settings.pause,
        settle=settings.settle,
        reconnect_first=settings.reconnect.first,
        reconnect_max=settings.reconnect.maximum,
        keepalive=settings.keepalive,
        source=settings.source,
        tolerate=settings.tolerate,
        tls=settings.tls,
    )
