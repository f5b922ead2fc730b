"""Who is nobody sees no page: the layer alone, and the dashboard of a site as it stands."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from port502.web.admitting import Admitting
from port502.web.gate import IDENTITY, Scope
from port502.web.mounting import PAGES
from port502.web.roles import NOBODY, ONLOOKER, Identity
from tests.web.pages.conftest import standing
from tests.web.serving import PASSWORD

GUARDED = """
site: guarded
web: {{listen: "127.0.0.1:0", users: users.yaml, proxy: {{header: X-User, from: [127.0.0.9]}}}}
connections: {{plc: {{url: "tcp://127.0.0.1:1"}}}}
devices: {{pump: {{connection: plc, points: {{speed: {{ref: "40001"}}}}}}}}
"""
"""Where a proxy says who somebody is, there are no onlookers, as on every address that others can reach."""


async def let_in(
    path: str, who: Identity | None, kind: str = "http", query: bytes = b""
) -> tuple[bool, MutableMapping[str, Any]]:
    """Whether the pages were asked, and the first that was answered."""
    asked: list[Scope] = []
    sent: list[MutableMapping[str, Any]] = []

    async def pages(scope: Scope, receive: Any, send: Any) -> None:
        asked.append(scope)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: Scope = {"type": kind, "path": path, "method": "GET", "headers": [], "query_string": query}
    if who is not None:
        scope[IDENTITY] = who
    await Admitting(pages)(scope, receive, send)
    return bool(asked), sent[0] if sent else {}


@pytest.mark.parametrize("who", [None, NOBODY])
async def test_nobody_is_led_to_the_login(who: Identity | None) -> None:
    for path in ("/", "/points", "//points", "/login/", "/login/../points", "/nothing"):
        passed, answer = await let_in(path, who)
        assert (passed, answer["status"]) == (False, 303)
        wanted = b"/login" if path == "/" else b"/login?to=" + quote(path, safe="").encode()
        assert (b"location", wanted) in answer["headers"]
    for path in ("/_nicegui/1/static/nicegui.js", "/_nicegui_ws/socket.io/", "/api/v1/nothing"):
        assert (await let_in(path, who))[1]["status"] == 401
    assert (await let_in("/login", who))[0]


async def test_nobody_gets_a_socket_not_even_at_the_login() -> None:
    for path in ("/_nicegui_ws/socket.io/", "/login"):
        passed, answer = await let_in(path, NOBODY, "websocket")
        assert (passed, answer["code"]) == (False, 1008)


async def test_an_onlooker_may_look_and_what_is_no_request_passes() -> None:
    assert (await let_in("/points", ONLOOKER))[0]
    assert (await let_in("/_nicegui_ws/socket.io/", ONLOOKER, "websocket", b"client_id=1"))[0]
    assert (await let_in("", None, "lifespan"))[0]


@pytest.mark.slow
async def test_a_dashboard_shows_nobody_anything_before_a_login(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(GUARDED.format())
    with standing(tmp_path, path) as dashboard:
        async with httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as client:
            for page in ("/", *(f"/{one}" for one in PAGES if one != "login"), "/tools", "/nothing"):
                answer = await client.get(page)
                assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login")
                assert "pump" not in answer.text
            handshake = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
            assert (await client.get(handshake)).status_code == 401
            assert (
                await client.post("/login", data={"name": "ann", "password": PASSWORD})
            ).status_code == 303
            assert "pump.speed" in (await client.get("/points")).text
            assert (await client.get(handshake)).status_code == 426, "let in, but to no such socket"
            assert (await client.get("/nothing")).text == (
                "There is no such page here; the dashboard begins at /\n"
            )
            missing = await client.get("/api/v1/nothing")
            assert (missing.status_code, missing.json()["title"]) == (404, "Not Found")


async def test_a_page_has_one_socket_and_a_socket_one_page() -> None:
    path = "/_nicegui_ws/socket.io/"
    passed, answer = await let_in(path, ONLOOKER, query=b"EIO=4&transport=polling&client_id=1")
    assert (passed, answer["status"]) == (False, 426)
    passed, answer = await let_in(path, ONLOOKER, "websocket", b"EIO=4&transport=websocket")
    assert (passed, answer["code"]) == (False, 1008)
    assert (await let_in(path, ONLOOKER, "websocket", b"EIO=4&client_id=1"))[0]
    assert not (await let_in(path, NOBODY, "websocket", b"EIO=4&client_id=1"))[0]
