"""Around the application: each request waits for its turn, and nobody holds too many connections that last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, MutableMapping
from typing import Any

from port502.web.api.problems import problem
from port502.web.gate import IDENTITY, App, Receive, Scope, Send
from port502.web.refusing import LATER, refuse
from port502.web.roles import NOBODY
from port502.web.turns import Turns

GONE = "port502_gone"
"""Stands in the scope of a request whose client has left before it was its turn."""
LIVE = "/api/v1/live"
FILES = "/_nicegui"
CROWDED = "too many streams and sockets at once"
MOST_LASTING = 300
"""Streams and sockets at once, of everybody; what is left of the connections is for those who only ask."""
MOST_OF_ONE = 100
"""Those of one person at one address."""


class Orderly:
    """A layer that lets requests in one at a time until each has its answer ready, and bounds what lasts."""

    def __init__(self, app: App, turns: Turns) -> None:
        self._app = app
        self._turns = turns
        self._lasting: Counter[Hashable] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request when it is its turn."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket" or scope["path"] == LIVE:
            await self._last(scope, receive, send)
        else:
            await self._in_turn(scope, receive, send)

    async def _last(self, scope: Scope, receive: Receive, send: Send) -> None:
        asker = _asker(scope)
        if self._lasting[asker] >= MOST_OF_ONE or self._lasting.total() >= MOST_LASTING:
            await refuse(scope, receive, send, problem(429, CROWDED, {"Retry-After": "10"}), CROWDED, LATER)
            return
        self._lasting[asker] += 1
        try:
            await self._in_turn(scope, receive, send)
        finally:
            self._lasting[asker] -= 1
            if not self._lasting[asker]:
                del self._lasting[asker]

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        turn = await self._turns.take((*_asker(scope), _kind(scope)))

        async def sending(message: MutableMapping[str, Any]) -> None:
            turn.end()
            await send(message)

        try:
            if not scope.get(GONE):
                await self._app(scope, receive, sending)
        finally:
            turn.end()


def _asker(scope: Scope) -> tuple[str, str]:
    """Who asks: the same person at the same address."""
    client = scope.get("client")
    return (client[0] if client else "", scope.get(IDENTITY, NOBODY).name)


def _kind(scope: Scope) -> str:
    """What a page needs to come alive does not wait behind other pages."""
    if scope["type"] == "websocket":
        return "socket"
    return "files" if scope["path"].startswith(FILES) else "answers"
