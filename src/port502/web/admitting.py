"""Before the pages: who is nobody sees none of them, and gets no socket of theirs, but the way to log in."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, RedirectResponse

from port502.web.gate import IDENTITY, App, Receive, Scope, Send
from port502.web.refusing import refuse
from port502.web.roles import NOBODY, Role

OPEN = frozenset({"/login", "/logout"})
"""Pages for everybody; they are plain, without the files and sockets of the framework."""
SOCKETS = "/_nicegui_ws"
NO_PAGES = ("/_nicegui", "/api/")
"""What programs ask for, who cannot log in on a page."""
NOBODYS = "this needs a login"
SOCKETLESS = "a page has one WebSocket, which names it, and nothing else"


class Admitting:
    """A layer around the pages that lets only those in who may look: pages, their files, their sockets."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what somebody may see; a browser of anybody else is led to the login."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not _may_pass(scope):
            is_page = scope["type"] == "http" and not scope["path"].startswith(NO_PAGES)
            answer = (
                RedirectResponse(_login(scope), 303) if is_page else PlainTextResponse(f"{NOBODYS}\n", 401)
            )
            await refuse(scope, receive, send, answer, NOBODYS)
        elif _is_no_socket_of_a_page(scope):
            await refuse(scope, receive, send, PlainTextResponse(f"{SOCKETLESS}\n", 426), SOCKETLESS)
        else:
            await self._app(scope, receive, send)


def _login(scope: Scope) -> str:
    """The login, which leads back to where somebody wanted to go."""
    query = scope.get("query_string", b"").decode("latin-1")
    place = f"{scope['path']}?{query}" if query else str(scope["path"])
    return f"/login?{urlencode({'to': place})}" if place != "/" and scope["method"] == "GET" else "/login"


def _is_no_socket_of_a_page(scope: Scope) -> bool:
    """A page has one socket, a WebSocket that names it: others would hold sessions and pages without bound."""
    if not scope["path"].startswith(SOCKETS):
        return False
    return scope["type"] == "http" or b"client_id=" not in scope.get("query_string", b"")


def _may_pass(scope: Scope) -> bool:
    if scope["type"] == "http" and scope["path"] in OPEN:
        return True
    return bool(scope.get(IDENTITY, NOBODY).may(Role.VIEWER))
