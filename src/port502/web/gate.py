"""Who asks, and may they: every request of a browser or a program passes here first."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from starlette.datastructures import Headers, State

from port502.service.access import Networks
from port502.site.web_model import WebSettings, is_loopback
from port502.web.api.problems import problem
from port502.web.refusing import refuse
from port502.web.roles import NOBODY, ONLOOKER, Identity
from port502.web.sessions import Sessions
from port502.web.users import Users

Scope: TypeAlias = "MutableMapping[str, Any]"
Receive: TypeAlias = "Callable[[], Awaitable[MutableMapping[str, Any]]]"
Send: TypeAlias = "Callable[[MutableMapping[str, Any]], Awaitable[None]]"
App: TypeAlias = "Callable[[Scope, Receive, Send], Awaitable[None]]"

COOKIE = "port502"
IDENTITY = "port502_identity"
STATE = "port502_state"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_BODY = 1 << 20
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")

PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
)
"""The pages' own files only. Their framework makes its templates in the browser, hence the two unsafe words."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"content-security-policy", PAGE_POLICY.encode()),
)


class Door:
    """Tells who somebody is from what they show; the same for pages, the API and their sockets."""

    def __init__(self, settings: WebSettings, users: Users, sessions: Sessions) -> None:
        self.settings = settings
        self.users = users
        self.sessions = sessions
        self.is_open = settings.is_local and not settings.header
        """Whether somebody at this very machine may look without a login."""
        self._proxies = Networks(settings.proxies)
        self.certificates: dict[tuple[str, int], str] = {}
        """Fingerprints of the certificates that clients have shown, by their addresses."""

    def identity(self, scope: Scope) -> Identity:
        """Who asks: by token, cookie, certificate or a trusted proxy's word; else an onlooker, or nobody."""
        headers = Headers(scope=scope)
        authorization = headers.get("authorization", "")
        if authorization:
            scheme, _, token = authorization.partition(" ")
            found = self.users.with_token(token.strip()) if scheme.lower() == "bearer" else None
            return found or NOBODY  # a token that is wrong is not the same as none
        return (
            self._with_cookie(headers.get("cookie", ""))
            or self._with_certificate(scope)
            or self._with_header(scope, headers)
            or self._onlooker(scope)
        )

    def stands(self, identity: Identity, secret: str, *, used: bool = False) -> bool:
        """Whether a login has not ended; ``used`` if they do something now. Who came without one still may."""
        if identity.way not in ("password", "link"):
            return True
        return self.sessions.stands(secret, identity, time.monotonic(), used=used)

    def lets_look(self, identity: Identity, secret: str) -> bool:
        """Whether somebody who came in may go on looking."""
        return self.is_open or self.stands(identity, secret)

    def is_called_by_name(self, host: str) -> bool:
        """Whether a Host header names this very server; another name means a page from elsewhere led here."""
        name = _host(host)
        settings = self.settings
        if name in settings.names or name == settings.host:
            return True
        if settings.is_local:
            return name in LOCAL_NAMES
        return _is_address(name)

    def comes_from_here(self, scope: Scope) -> bool:
        """Whether a browser says that the request comes from a page of this server, or says nothing."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None:
            return _place(origin) == headers.get("host", "").lower()
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")

    def _with_cookie(self, cookie: str) -> Identity | None:
        secret = cookie_of(cookie)
        return self.sessions.identity(secret, time.monotonic()) if secret else None

    def _with_certificate(self, scope: Scope) -> Identity | None:
        client = scope.get("client")
        fingerprint = self.certificates.get((client[0], client[1])) if client else None
        return self.users.with_certificate(fingerprint) if fingerprint else None

    def _with_header(self, scope: Scope, headers: Headers) -> Identity | None:
        client = scope.get("client")
        if not self.settings.header or not client or client[0] not in self._proxies:
            return None
        return self.users.named(headers.get(self.settings.header, ""))

    def _onlooker(self, scope: Scope) -> Identity:
        client = scope.get("client")
        return ONLOOKER if self.is_open and client is not None and is_loopback(client[0]) else NOBODY


class Gate:
    """The outermost layer of the web application: refuses what must not come in, and marks what goes out."""

    def __init__(self, app: App, door: Door, state: State | None = None) -> None:
        self._app = app
        self._door = door
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it: ``scope[IDENTITY]`` is who asks, ``scope[STATE]`` what there is."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        marking = _marking(send, self._door.settings.scheme == "https")
        refusal = self._refusal(scope)
        if refusal is not None:
            await refuse(scope, receive, marking, problem(*refusal), refusal[1])
            return
        scope[IDENTITY] = self._door.identity(scope)
        scope[STATE] = self._state
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, _bounded(receive), marking)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if not self._door.is_called_by_name(headers.get("host", "")):
            return 421, "this server is not called by that name; add it to 'names' of 'web' in the site file"
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if changes and not self._door.comes_from_here(scope):
            return 403, "a page from elsewhere asks for this"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            return 413, f"a request has at most {MOST_BODY} bytes"
        return None


def cookie_of(header: str) -> str:
    """The secret in a Cookie header; empty where there is none."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except Exception:  # a header is whatever somebody sends
        return ""
    return morsel.value if morsel is not None else ""


def _bounded(receive: Receive) -> Receive:
    """The body of a request, cut where it gets too long without having said so."""
    seen = 0

    async def bounded() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BODY:
            return {"type": "http.disconnect"}
        return message

    return bounded


def _marking(send: Send, is_https: bool) -> Send:
    async def marking(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message.get("headers", [])}
            added = [(name, value) for name, value in HEADERS if name not in given]
            if is_https:
                added.append((b"strict-transport-security", b"max-age=31536000"))
            message = {**message, "headers": [*message.get("headers", []), *added]}
        await send(message)

    return marking


def _host(header: str) -> str:
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.rpartition(":")[0].lower() if header.count(":") == 1 else header.lower()


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # such as half an IPv6 address
        return None


def _is_address(name: str) -> bool:
    """An address cannot be rebound by somebody's name server."""
    return name.replace(".", "").isdigit() or ":" in name or name in LOCAL_NAMES
