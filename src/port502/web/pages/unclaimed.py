"""Pages that were made and that no browser has taken up: few of them at once, whoever asks for how many."""

from __future__ import annotations

from nicegui import Client
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from port502.web.api.problems import problem

MOST = 50
"""Each costs up to three megabytes, and the framework keeps it for a minute."""

_NOT_THERE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>No such page - port502</title><style>
:root { color-scheme: light dark; --ground: #eceef0; --text: #1d2329; --accent: #2f5d8a; }
@media (prefers-color-scheme: dark) { :root { --ground: #15191d; --text: #e3e7ea; --accent: #8fb9e0; } }
body { font: 15px system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; background: var(--ground);
  color: var(--text); max-width: 30rem; margin: 12vh auto 0; padding: 16px; }
h1 { font-size: 1.3rem; } a { color: var(--accent); }
</style></head><body><main><h1>There is no such page</h1>
<p>The address may have been mistyped, or the site file no longer has what it names.</p>
<p><a href="/">Begin at the first page</a></p></main></body></html>
"""

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
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(_NOT_THERE, 404)
    return PlainTextResponse("There is no such page here; the dashboard begins at /\n", 404)
