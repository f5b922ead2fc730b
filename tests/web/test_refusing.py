from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from port502.web.refusing import LATER, refuse


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_request_is_answered_and_a_socket_closed(kind: str) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await refuse({"type": kind}, receive, send, PlainTextResponse("no", 403), "n" * 500, LATER)
    if kind == "http":
        assert [sent[0]["status"], sent[1]["body"]] == [403, b"no"]
    else:
        assert sent == [{"type": "websocket.close", "code": 1013, "reason": "n" * 120}]
