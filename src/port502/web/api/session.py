"""Logging in and out, and who one is."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import State

from port502.web.api.models import Login, Me
from port502.web.api.problems import ProblemError
from port502.web.api.who import Host, Viewer
from port502.web.entrance import Entrance
from port502.web.gate import COOKIE, Door, cookie_of
from port502.web.roles import Identity
from port502.web.station import Station

router = APIRouter(tags=["session"])
entering = APIRouter()


async def let_in(state: State, name: str, password: str, host: str) -> tuple[str, Identity]:
    """The same through the entrance of an application, whose site writes down who could not come in."""
    entrance: Entrance = state.entrance
    station: Station | None = state.station
    try:
        return await entrance.enter(name, password, host)
    except ProblemError as error:
        if station is not None:
            # Whoever was not even heard is counted, whatever names they come with.
            station.login_failed(name if error.status == 401 else "", host, error.detail)
        raise


def set_cookie(response: Response, secret: str, *, secure: bool) -> None:
    """Give a browser its cookie; no script can read it, and no other site can make use of it."""
    response.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=secure, path="/")


@entering.get("/enter/{link}", include_in_schema=False)
async def enter(link: str, request: Request, host: Host) -> Response:
    """Let somebody in who follows a link, once."""
    door: Door = request.app.state.door
    found = door.sessions.follow(link, time.monotonic(), host)
    if found is None:
        raise ProblemError(
            401, "this link was used already, or is too old; the site prints a new one when it starts"
        )
    response = RedirectResponse("/", status_code=303)
    set_cookie(response, found[0], secure=request.url.scheme == "https")
    return response


@router.get("/me")
async def me(who: Viewer) -> Me:
    """Who asks."""
    return Me(name=who.name, role=who.role.word, way=who.way, csrf=who.csrf)


@router.post("/session")
async def login(login: Login, request: Request, response: Response, host: Host) -> Me:
    """Log in with name and password: the answer sets a cookie."""
    secret, who = await let_in(request.app.state, login.name, login.password, host)
    set_cookie(response, secret, secure=request.url.scheme == "https")
    return Me(name=who.name, role=who.role.word, way=who.way, csrf=who.csrf)


@router.delete("/session", status_code=204)
async def logout(request: Request, response: Response, who: Viewer) -> None:
    """Log out."""
    door: Door = request.app.state.door
    door.sessions.end(cookie_of(request.headers.get("cookie", "")))
    response.delete_cookie(COOKIE, path="/")
