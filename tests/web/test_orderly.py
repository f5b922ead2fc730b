"""The layer that lets requests in one at a time, with an application that computes."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from port502.web import orderly
from port502.web.gate import IDENTITY, Receive, Scope, Send
from port502.web.orderly import GONE, LIVE, Orderly
from port502.web.roles import Identity, Role
from port502.web.turns import Turns


def scope(path: str = "/", kind: str = "http", host: str = "127.0.0.1", name: str = "ann") -> Scope:
    who = Identity(name, Role.VIEWER, "password")
    return {"type": kind, "path": path, "client": (host, 5), IDENTITY: who}


async def asked(layer: Orderly, what: Scope) -> list[MutableMapping[str, Any]]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await layer(what, receive, send)
    return sent


async def test_fifty_pages_at_once_are_made_one_in_a_round_of_the_loop() -> None:
    rounds: list[int] = []
    count = 0
    ticking = True

    def tick() -> None:
        nonlocal count
        count += 1
        if ticking:
            asyncio.get_running_loop().call_soon(tick)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        rounds.append(count)  # a page computes here, and nothing else goes on meanwhile
        await send({"type": "http.response.start"})

    layer = Orderly(page, Turns())
    tick()
    answers = await asyncio.gather(*(asked(layer, scope()) for _ in range(50)))
    ticking = False
    assert all(answers)
    assert len(set(rounds)) == 50


async def test_what_a_page_needs_does_not_wait_behind_other_pages() -> None:
    order: list[str] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        order.append(scope["path"])
        await send({"type": "http.response.start"})

    layer = Orderly(page, Turns())
    files = [scope("/_nicegui/a.js"), scope("/_nicegui_ws/socket.io/", "websocket")]
    await asyncio.gather(*(asked(layer, one) for one in [*(scope() for _ in range(9)), *files]))
    assert order.index("/_nicegui/a.js") <= 3
    assert order.index("/_nicegui_ws/socket.io/") <= 4


async def test_for_who_has_left_nothing_is_done() -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("nobody waits for it")

    assert await asked(Orderly(page, Turns()), {**scope(), GONE: True}) == []


@pytest.mark.parametrize(("kind", "path"), [("http", LIVE), ("websocket", "/api/v1/live/ws")])
async def test_streams_and_sockets_are_bounded_for_one_and_for_all(
    kind: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orderly, "MOST_OF_ONE", 2)
    monkeypatch.setattr(orderly, "MOST_LASTING", 3)
    ended = asyncio.Event()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "accepted"})
        await ended.wait()

    layer = Orderly(stream, Turns())
    held = [asyncio.ensure_future(asked(layer, scope(path, kind))) for _ in range(2)]
    await asyncio.sleep(0)
    refused = await asked(layer, scope(path, kind))
    assert refused[0].get("status", refused[0].get("code")) in (429, 1013)
    held.append(asyncio.ensure_future(asked(layer, scope(path, kind, name="bob"))))
    await asyncio.sleep(0)
    refused = await asked(layer, scope(path, kind, name="eve"))
    assert refused[0].get("status", refused[0].get("code")) in (429, 1013)
    ended.set()
    assert all(sent == [{"type": "accepted"}] for sent in await asyncio.gather(*held))
    assert await asked(layer, scope(path, kind)) == [{"type": "accepted"}]


async def test_the_life_of_the_application_is_none_of_its_business() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    await asked(Orderly(app, Turns()), {"type": "lifespan"})
    assert seen == ["lifespan"]
