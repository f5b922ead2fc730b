"""The gate without a server: what it lets in, what it refuses, what it adds."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest

from port502.site.web_model import WebSettings
from port502.web.gate import COOKIE, IDENTITY, MOST_BODY, Door, Gate, Scope, cookie_of
from port502.web.roles import Role
from port502.web.sessions import Sessions
from port502.web.users import User, Users, token_hash

LOCAL = WebSettings()
OPEN = WebSettings(host="0.0.0.0", names=("station.plant",))


def scope(kind: str = "http", method: str = "GET", client: str = "127.0.0.1", **headers: str) -> Scope:
    named = {"host": "127.0.0.1:8502", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return {
        "type": kind,
        "method": method,
        "path": "/",
        "client": (client, 5000),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
    }


def door(settings: WebSettings = LOCAL, users: dict[str, User] | None = None) -> Door:
    return Door(settings, Users(users or {}), Sessions())


async def passed(
    the_door: Door, asked: Scope, body: list[bytes] | None = None
) -> tuple[int, Scope | None, Any]:
    """The status of the answer, the scope that the application saw, and the headers or the close message."""
    seen: list[Scope] = []
    sent: list[MutableMapping[str, Any]] = []
    chunks = list(body or [b""])

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def app(inner: Scope, receiving: Any, sending: Any) -> None:
        seen.append(inner)
        if inner["type"] == "websocket":
            return
        while (await receiving()).get("more_body"):
            pass
        await sending(
            {"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]}
        )

    await Gate(app, the_door)(asked, receive, send)
    first = sent[0] if sent else {"status": 101}
    return first.get("status", 0), seen[0] if seen else None, first


async def test_somebody_at_this_machine_may_look() -> None:
    status, seen, _ = await passed(door(), scope())
    assert status == 200
    assert seen is not None
    assert seen[IDENTITY].role == Role.VIEWER


async def test_elsewhere_nobody_is_anybody() -> None:
    for asked in (scope(client="192.168.1.9"), scope(client="127.0.0.1")):
        _, seen, _ = await passed(door(OPEN), asked)
        assert seen is not None
        assert seen[IDENTITY].role == Role.NONE


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        (LOCAL, "localhost:8502", 200),
        (LOCAL, "[::1]:8502", 200),
        (LOCAL, "127.0.0.1", 200),
        (LOCAL, "evil.example:8502", 421),
        (LOCAL, "192.168.1.1:8502", 421),
        (LOCAL, "", 421),
        (OPEN, "station.plant:8502", 200),
        (OPEN, "192.168.1.1:8502", 200),
        (OPEN, "evil.example", 421),
        (OPEN, "192.168.1.1.evil.example", 421),
    ],
)
async def test_a_name_that_is_not_ours_is_refused(settings: WebSettings, host: str, status: int) -> None:
    assert (await passed(door(settings), scope(host=host)))[0] == status


@pytest.mark.parametrize(
    ("kind", "method", "headers", "enters"),
    [
        ("http", "POST", {}, True),
        ("http", "POST", {"origin": "http://127.0.0.1:8502"}, True),
        ("http", "POST", {"origin": "http://evil.example"}, False),
        ("http", "POST", {"origin": "null"}, False),
        ("http", "POST", {"origin": "http://["}, False),
        ("http", "POST", {"sec_fetch_site": "cross-site"}, False),
        ("http", "POST", {"sec_fetch_site": "same-origin"}, True),
        ("http", "GET", {"origin": "http://evil.example"}, True),
        ("websocket", "GET", {"origin": "http://evil.example"}, False),
        ("websocket", "GET", {"origin": "http://127.0.0.1:8502"}, True),
    ],
)
async def test_pages_from_elsewhere_change_nothing(
    kind: str, method: str, headers: dict[str, str], enters: bool
) -> None:
    _, seen, _ = await passed(door(), scope(kind, method, **headers))
    assert (seen is not None) == enters


async def test_a_token_that_is_wrong_is_not_the_same_as_none() -> None:
    users = {"ci": User(role="operator", token=token_hash("p502_x"))}
    _, seen, _ = await passed(door(users=users), scope(authorization="Bearer p502_x"))
    assert seen is not None
    assert (seen[IDENTITY].name, seen[IDENTITY].role) == ("ci", Role.OPERATOR)
    for wrong in ("Bearer p502_y", "Basic p502_x", "p502_x"):
        _, seen, _ = await passed(door(users=users), scope(authorization=wrong))
        assert seen is not None
        assert seen[IDENTITY].role == Role.NONE


async def test_a_cookie_a_certificate_and_a_proxy_tell_who_it_is() -> None:
    users = {"ann": User(role="engineer", certificate="ab" * 32)}
    settings = WebSettings(host="0.0.0.0", header="X-Remote-User", proxies=("10.0.0.1",))
    the_door = door(settings, users)
    the_door.certificates["10.0.0.7", 5000] = "ab" * 32
    secret, _ = the_door.sessions.begin("bob", Role.ADMIN, "password", 0.0)
    asked = {
        "bob": scope(client="10.0.0.9", cookie=f"a=b; {COOKIE}={secret}"),
        "ann": scope(client="10.0.0.7"),
        "": scope(client="10.0.0.2", x_remote_user="ann"),
    }
    the_door.sessions._sessions[secret].used = the_door.sessions._sessions[secret].began = 1e12
    for name, one in asked.items():
        assert the_door.identity(one).name == name
    assert the_door.identity(scope(client="10.0.0.1", x_remote_user="ann")).way == "header"
    assert the_door.identity(scope(client="10.0.0.1", x_remote_user="eve")).role == Role.NONE


async def test_headers_are_added_and_none_is_replaced() -> None:
    _, _, start = await passed(door(), scope())
    headers = dict(start["headers"])
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert b"strict-transport-security" not in headers


@pytest.mark.parametrize("length", [str(MOST_BODY + 1), "x", "-1"])
async def test_a_body_that_is_too_large_is_refused_before_it_comes(length: str) -> None:
    assert (await passed(door(), scope(method="POST", content_length=length)))[0] == 413


async def test_a_body_that_grows_is_cut() -> None:
    chunk = b"x" * (MOST_BODY // 2)
    status, _, _ = await passed(door(), scope(method="POST"), [chunk, chunk, chunk, chunk])
    assert status == 200  # the application saw its client go, and here does not mind


@pytest.mark.parametrize(
    ("header", "secret"),
    [("port502=abc", "abc"), ("x=1; port502=abc; y=2", "abc"), ("", ""), ("port502", ""), ("\x00=;;;=", "")],
)
def test_a_cookie_header_is_whatever_somebody_sends(header: str, secret: str) -> None:
    assert cookie_of(header) == secret
