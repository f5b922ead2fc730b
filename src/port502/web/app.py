"""The web application: the gate, the API, and the pages, put together."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse

from port502 import __version__
from port502.site.web_model import WebSettings
from port502.web.api import (
    alarms,
    connections,
    draft,
    findings,
    live,
    looking,
    metrics,
    points,
    problems,
    security,
    session,
    site,
    tools,
)
from port502.web.api.models import Problem
from port502.web.entrance import Entrance
from port502.web.gate import Door
from port502.web.sessions import Sessions
from port502.web.station import Station
from port502.web.tools.jobs import Jobs
from port502.web.users import Users

API = "/api/v1"

PARTS = (session, site, points, alarms, connections, security, findings, live, tools, looking, draft)
ROUTERS = (
    *((API, part.router) for part in PARTS),
    ("", metrics.router),
    ("", session.entering),
)
"""Every route of a site, with the beginning of its path."""

WITHOUT_SITE = ((API, session.router), (API, tools.router), (API, looking.router), ("", session.entering))
"""Those that are there without a site too."""

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {problems.MEDIA_TYPE: {}}, "description": text}
    for status, text in (
        (400, "What was sent cannot be read."),
        (401, "A login is needed."),
        (403, "This role may not."),
        (404, "There is no such thing."),
        (409, "Something else has come in between."),
        (413, "The request is too large."),
        (422, "The request makes no sense."),
        (429, "Too many at a time."),
        (502, "The device, or the way to it, refused."),
        (503, "Too many people want something at once: try again in a moment."),
        (504, "The device did not answer in time."),
    )
}


def application(station: Station | None, settings: WebSettings, users: Users, sessions: Sessions) -> FastAPI:
    """The API of a site, or of the tools alone; what stands before it, telling who asks, is ``app.state.door``."""
    app = FastAPI(
        title="port502",
        version=__version__,
        description="What a site's devices say, its alarms, and what may be written.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.station = station
    app.state.door = Door(settings, users, sessions)
    app.state.entrance = Entrance(app.state.door)
    app.state.jobs = Jobs()
    problems.install(app)
    if station is None:
        app.include_router(_begins_with_tools())
    for prefix, router in WITHOUT_SITE if station is None else ROUTERS:
        app.include_router(router, prefix=prefix, responses=PROBLEMS if prefix else None)
    return app


def _begins_with_tools() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def begin() -> RedirectResponse:
        return RedirectResponse("/tools")

    return router
