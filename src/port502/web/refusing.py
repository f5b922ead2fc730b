"""Turning somebody away: a request gets an answer, a WebSocket is closed before it is open."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

POLICY, LATER = 1008, 1013
"""Why a WebSocket is closed (RFC 6455, 7.4.1): it may not be, or not now."""
_MOST_BYTES = 120


async def refuse(
    scope: Scope, receive: Receive, send: Send, answer: Response, why: str, code: int = POLICY
) -> None:
    """Send the answer, or close the socket with the reason, cut to what a close frame holds."""
    if scope["type"] != "websocket":
        await answer(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close", "code": code, "reason": why[:_MOST_BYTES]})
