"""Before TLS is agreed on: connections that have not finished their handshake, few of them and for a short time.

The event loop alone would hold each for a minute, without bound, until the process has no file left to open.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable
from typing import cast

MOST = 100
PATIENCE = 10.0
"""Seconds for a handshake."""


class Doorway:
    """Lets clients in that have finished a handshake: ``protocol`` makes what waits for one, ``close`` ends all."""

    def __init__(self, context: ssl.SSLContext, *, most: int = MOST, patience: float = PATIENCE) -> None:
        self.context = context
        self.patience = patience
        self._most = most
        self._waiting: dict[Doorstep, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def protocol(self, make: Callable[[], asyncio.Protocol]) -> asyncio.Protocol:
        """What a new connection begins with; ``make`` gives what takes over from it."""
        return Doorstep(self, make)

    def arrives(self, newcomer: Doorstep) -> None:
        """One more waits; beyond what there is room for, the oldest of the greediest address goes."""
        self._waiting[newcomer] = None
        if len(self._waiting) > self._most:
            greediest = Counter(one.host for one in self._waiting).most_common(1)[0][0]
            next(one for one in self._waiting if one.host == greediest).leave()

    def goes(self, one: Doorstep) -> None:
        """It is in, or gone."""
        self._waiting.pop(one, None)

    def close(self) -> None:
        """Let nobody wait any more."""
        for one in list(self._waiting):
            one.leave()


class Doorstep(asyncio.Protocol):
    """A connection in its handshake, and what it has said until somebody takes over."""

    def __init__(self, doorway: Doorway, make: Callable[[], asyncio.Protocol]) -> None:
        self.host = ""
        self._doorway = doorway
        self._make = make
        self._transport: asyncio.Transport
        self._shaking: asyncio.Task[None] | None = None
        self._early = b""
        self._is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        self._transport = cast(asyncio.Transport, transport)
        self.host = (transport.get_extra_info("peername") or ("",))[0]
        self._shaking = asyncio.get_running_loop().create_task(self._shake_hands())
        self._doorway.arrives(self)

    def data_received(self, data: bytes) -> None:
        """Keep what comes together with the end of the handshake."""
        self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone before anybody took over."""
        self._is_lost = True

    def leave(self) -> None:
        """Make room."""
        self._doorway.goes(self)
        if self._shaking is not None:
            self._shaking.cancel()
        self._transport.abort()

    async def _shake_hands(self) -> None:
        try:
            secured = await asyncio.get_running_loop().start_tls(
                self._transport,
                self,
                self._doorway.context,
                server_side=True,
                ssl_handshake_timeout=self._doorway.patience,
            )
        except OSError:  # it does not speak TLS, takes too long, or is gone
            self._transport.abort()
            return
        finally:
            self._doorway.goes(self)
        if secured is None or self._is_lost:
            self._transport.abort()
            return
        inner = self._make()
        secured.set_protocol(inner)
        inner.connection_made(secured)
        if self._early:
            inner.data_received(self._early)
