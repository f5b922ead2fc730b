"""Logging in and out, and who one is."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import State

from port502.web.api.models import Login, Me
from port502.web.api.problems import ProblemError
from port502.web.api.who import Host, Viewer
from port502.web.gate import COOKIE, Door, cookie_of
from port502.web.roles import Identity
from port502.web.station import Station
from port502.web.throttle import Throttle

MOST_AT_ONCE = 4
"""Passwords that are tried at one time: each costs some 50 ms of a core and 64 MiB."""

router = APIRouter(tags=["session"])
entering = APIRouter()


class Entrance:
    """Lets people in by name and password, and makes those wait who guess."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._throttle = Throttle()
        self._trying = asyncio.Semaphore(MOST_AT_ONCE)

    async def enter(self, name: str, password: str, host: str) -> tuple[str, Identity]:
        """The secret for a cookie, and who it is; raises ProblemError 401, or 429 for who has to wait."""
        keys = (f"host {host}", f"name {name}")
        wait = self._throttle.wait(keys, time.monotonic())
        if wait > 0:
            seconds = str(int(wait) + 1)
            raise ProblemError(429, f"too many failures; try again in {seconds} s", {"Retry-After": seconds})
        async with self._trying:
            found = await asyncio.to_thread(self._door.users.with_password, name, password)
        now = time.monotonic()
        if found is None:
            self._throttle.failed(keys, now)
            raise ProblemError(401, "no such name and password")
        self._throttle.succeeded(keys)
        return self._door.sessions.begin(found.name, found.role, "password", now, host)


async def let_in(state: State, name: str, password: str, host: str) -> tuple[str, Identity]:
    """The same through the entrance of an application, whose site writes down who could not come in."""
    entrance: Entrance = state.entrance
    station: Station | None = state.station
    try:
        return await entrance.enter(name, password, host)
    except ProblemError as error:
        if station is not None:
            station.login_failed(name, host, error.detail)
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
