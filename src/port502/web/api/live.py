"""Values as they come: server-sent events, and a WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from starlette.requests import HTTPConnection

from port502.collect.sample import Sample
from port502.web.api.models import MOST_NAMES, Kept
from port502.web.api.problems import ProblemError
from port502.web.api.who import Site, SocketSite, Viewer, check
from port502.web.feed import Watcher
from port502.web.gate import IDENTITY, Door, cookie_of
from port502.web.roles import NOBODY, Identity, Role
from port502.web.station import Station

router = APIRouter(tags=["live"])

PAUSE = 0.1
"""Seconds between two messages to one watcher; what comes meanwhile goes together."""
SIGN_OF_LIFE = 15.0

Wanted = Annotated[list[str], Query(alias="point", max_length=MOST_NAMES)]


@router.get("/live", response_class=StreamingResponse)
async def live(request: Request, site: Site, who: Viewer, wanted: Wanted = []) -> StreamingResponse:  # noqa: B006
    """Samples as server-sent events: first what is known now, then each change; without ``point`` all of them.

    The stream ends with the login it was opened with.
    """
    watcher = _watch(site, wanted)
    return StreamingResponse(
        _events(_changes(site, watcher, wanted, _looking(request, who)), watcher),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.websocket("/live/ws")
async def live_socket(socket: WebSocket, site: SocketSite, wanted: Wanted = []) -> None:  # noqa: B006
    """Samples as JSON messages, each a list; the same as ``/live``."""
    try:
        who: Identity = socket.scope.get(IDENTITY, NOBODY)
        check(who, Role.VIEWER)
        watcher = _watch(site, wanted)
    except ProblemError as error:
        await socket.close(1008, error.detail[:120])
        return
    await socket.accept()
    sending = asyncio.ensure_future(
        _send(socket, _changes(site, watcher, wanted, _looking(socket, who)), watcher)
    )
    try:
        while True:
            await socket.receive_text()  # nothing is asked here; its end is what is waited for
    except (WebSocketDisconnect, KeyError):
        pass
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _send(socket: WebSocket, changes: AsyncIterator[list[Sample]], watcher: Watcher) -> None:
    try:
        async for samples in changes:
            await socket.send_text(_text(samples))
        await socket.close(1008, "the login has ended")
    finally:
        watcher.close()


async def _events(changes: AsyncIterator[list[Sample]], watcher: Watcher) -> AsyncIterator[str]:
    try:
        async for samples in changes:
            yield f"event: samples\ndata: {_text(samples)}\n\n" if samples else ": still here\n\n"
    finally:
        watcher.close()


def _looking(asked: HTTPConnection, who: Identity) -> Callable[[], bool]:
    """Whether somebody may go on looking, to be asked again and again."""
    door: Door = asked.app.state.door
    return partial(door.lets_look, who, cookie_of(asked.headers.get("cookie", "")))


async def _changes(
    site: Station, watcher: Watcher, wanted: list[str], looking: Callable[[], bool]
) -> AsyncIterator[list[Sample]]:
    """What is known, then what changes; an empty list now and then as a sign of life."""
    names = wanted or list(site.points)
    yield [Sample(now.name, now.time, now.value, now.quality, now.reason) for now in site.all_now(names)]
    while looking():
        try:
            async with asyncio.timeout(SIGN_OF_LIFE):
                samples = await watcher.next()
        except TimeoutError:
            samples = []
        if looking():
            yield samples
            await asyncio.sleep(PAUSE)


def _watch(site: Station, wanted: list[str]) -> Watcher:
    for name in wanted:
        if name not in site.points:
            raise ProblemError(404, f"no point {name!r} is collected here")
    watcher = site.feed.watch(wanted or None)
    if watcher is None:
        raise ProblemError(503, "too many watch already", {"Retry-After": "10"})
    return watcher


def _text(samples: list[Sample]) -> str:
    return json.dumps([Kept.of(sample).model_dump() for sample in samples], ensure_ascii=False)
