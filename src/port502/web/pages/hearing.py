"""What browsers say over a page's socket: for that page alone, and nonsense is no news."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

Handler = Callable[..., Any]

NONSENSE = (KeyError, TypeError, ValueError, AttributeError)
"""What becomes of a field that is missing, or is something else."""

HEARD = ("event", "javascript_response", "ack")
"""What a page's socket says; what it would have us log is not heard, since it could say anything, and for ever."""


def install() -> None:
    """Stand before the framework's own handlers."""
    from nicegui import core

    handlers = core.sio.handlers["/"]
    for name in HEARD:
        handlers[name] = of_own_page(handlers[name], core.sio.rooms)
    handlers["handshake"] = in_order(handlers["handshake"])
    handlers["log"] = _unheard


def of_own_page(handler: Handler, pages_of: Callable[[str], Collection[str]]) -> Handler:
    """A handler that takes what a socket says of its own pages, which ``pages_of`` knows, if it makes sense."""

    def heard(socket: str, *told: Any) -> Any:
        said = told[0] if len(told) == 1 else None
        if not isinstance(said, dict) or said.get("client_id") not in pages_of(socket):
            return None
        with suppress(*NONSENSE):
            return handler(socket, said)
        return None

    return heard


def in_order(handler: Handler) -> Handler:
    """A handshake that is refused where it makes no sense."""

    async def shaken(socket: str, *told: Any) -> Any:
        with suppress(*NONSENSE):
            return await handler(socket, *told)
        return False

    return shaken


def _unheard(socket: str, *told: Any) -> None:
    return None
