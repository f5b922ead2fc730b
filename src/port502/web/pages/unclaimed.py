"""Pages that were made and that no browser has taken up: few of them at once, whoever asks for how many."""

from __future__ import annotations

from nicegui import Client
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from port502.web.api.problems import problem

MOST = 50
"""Each costs up to half a megabyte, and the framework keeps it for a minute."""

_unclaimed: dict[str, Client] = {}


def bounded(client: Client, most: int = MOST) -> None:
    """Take note of a page that is being made; the oldest that nobody looks at makes room for it."""
    _unclaimed[client.id] = client
    client.on_connect(lambda: _unclaimed.pop(client.id, None))
    client.on_delete(lambda: _unclaimed.pop(client.id, None))
    while len(_unclaimed) > most:
        next(iter(_unclaimed.values())).delete()


async def not_there(request: Request, error: Exception) -> Response:
    """What there is where there is no page: words, which cost nothing."""
    if request.url.path.startswith("/api/"):
        return problem(
            404, "there is no such thing in this API; GET /api/v1/openapi.json lists what there is"
        )
    return PlainTextResponse("There is no such page here; the dashboard begins at /\n", 404)
