"""One connection of a browser or a program: how long it may take to say what it wants, and who makes room for whom."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar, TypeAlias

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from port502.web.gate import Door
from port502.web.orderly import GONE

MOST = 500
"""Connections at once, of any kind."""
PATIENCE = 20.0
"""Seconds for a whole request, head and body: nobody holds a connection by saying nothing, or one byte at a time."""

UNREAD = 30.0
"""Seconds that a client may leave unread what was sent to it."""

_UNFINISHED = (h11.IDLE, h11.SEND_BODY)


class _Unread:
    """Lets go of who does not read: what is meant for them would be kept for as long as they like."""

    unread: ClassVar[float] = UNREAD

    loop: asyncio.AbstractEventLoop
    transport: Any
    _giving_up: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The client does not read as fast as there is something to say."""
        super().pause_writing()  # type: ignore[misc]
        if self._giving_up is None:
            self._giving_up = self.loop.call_later(self.unread, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()  # type: ignore[misc]
        self._be_patient()

    def _be_patient(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


class HttpConnection(_Unread, H11Protocol):
    """uvicorn's own, with an end to waiting, which tells the door what certificate a client has shown."""

    door: ClassVar[Door]
    patience: ClassVar[float] = PATIENCE
    most: ClassVar[int] = MOST

    opened = 0.0
    _hurry: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether there is no whole request that is still to be answered."""
        return self._hurry is not None or self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request; where there is no room for one more, make it."""
        super().connection_made(transport)
        self.opened = self.loop.time()
        self._know(transport)
        self._hurry = self.loop.call_later(self.patience, transport.abort)
        if len(self.connections) > self.most:
            _who_goes(self, self.connections).transport.abort()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over."""
        self._be_patient()
        super().handle_websocket_upgrade(event)

    def data_received(self, data: bytes) -> None:
        """Read on; the clock of a request stops once all of it is there."""
        super().data_received(data)
        if self not in self.connections or self.conn.their_state not in _UNFINISHED:
            self._calm()
        elif self._hurry is None:
            self._hurry = self.loop.call_later(self.patience, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client, and what it has asked for."""
        self._calm()
        self._be_patient()
        if self.scope is not None:
            self.scope[GONE] = True  # type: ignore[literal-required]
        if self.client is not None:
            self.door.certificates.pop(self.client, None)
        super().connection_lost(exc)

    def _calm(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None

    def _know(self, transport: Any) -> None:
        if self.client is None:
            return
        self.door.certificates.pop(self.client, None)  # what somebody else showed from there before
        secured = transport.get_extra_info("ssl_object")
        certificate = secured.getpeercert(binary_form=True) if secured is not None else None
        if certificate:
            self.door.certificates[self.client] = hashlib.sha256(certificate).hexdigest()


class SocketConnection(_Unread, WebSocketsSansIOProtocol):
    """uvicorn's own, which also forgets a client's certificate once it is gone."""

    door: ClassVar[Door]
    is_idle: ClassVar[bool] = False

    opened = 0.0

    def connection_made(self, transport: Any) -> None:
        """Take over from the connection whose request asked for this."""
        super().connection_made(transport)
        self.opened = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._be_patient()
        if self.client is not None:
            self.door.certificates.pop(self.client, None)
        super().connection_lost(exc)


Connection: TypeAlias = "HttpConnection | SocketConnection"


def protocols(door: Door) -> tuple[type[HttpConnection], type[SocketConnection]]:
    """The two kinds of connections, for uvicorn's ``http`` and ``ws``, that know this door."""
    return (
        type("HttpConnectionAtDoor", (HttpConnection,), {"door": door}),
        type("SocketConnectionAtDoor", (SocketConnection,), {"door": door}),
    )


def _who_goes(newcomer: HttpConnection, connections: Iterable[Any]) -> Connection:
    """Who makes room: the oldest without a request, else the oldest of a greedier address, else the newcomer."""
    others: list[Connection] = [one for one in connections if one is not newcomer]
    idle = [one for one in others if one.is_idle]
    if idle:
        return min(idle, key=lambda one: one.opened)
    counts = Counter(_host(one) for one in others)
    greediest, most = counts.most_common(1)[0] if counts else ("", 0)
    if most > counts[_host(newcomer)] + 1:
        return min((one for one in others if _host(one) == greediest), key=lambda one: one.opened)
    return newcomer


def _host(connection: Connection) -> str:
    return connection.client[0] if connection.client is not None else ""
