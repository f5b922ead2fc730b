"""Logging in and out."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlencode, urlsplit

from nicegui import app
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from port502.web.api.problems import ProblemError
from port502.web.api.session import let_in, set_cookie
from port502.web.gate import COOKIE, STATE, Door, cookie_of
from port502.web.pages.frame import look, site_name
from port502.web.station import Station

LONGEST_FORM = 4096
LONGEST_PLACE = 2000
_PLACE = re.compile(r"/(?![/\\])[!-~]*")
"""A path of this very server, with its query: not //HOST, and nothing that ends a header."""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in - {site}</title><style>{look}
* {{ box-sizing: border-box; }} body {{ margin: 0; }}
form {{ max-width: 22rem; margin: 12vh auto 0; display: grid; gap: 10px; }}
label {{ display: grid; gap: 4px; }}
input, button {{ font: inherit; padding: 9px 10px; border: 1px solid var(--line); border-radius: 6px;
  background: var(--ground); color: var(--text); }}
button {{ background: var(--accent); color: #fff; border-color: var(--accent); font-weight: 600; cursor: pointer; }}
@media (prefers-color-scheme: dark) {{ button {{ color: #15191d; }} }}
</style></head><body><script>
if (matchMedia("(prefers-color-scheme: dark)").matches) document.body.classList.add("body--dark");
</script><main class="p5-main"><form class="p5-card" method="post" action="{action}">
<h1 class="p5-title">{site}</h1>{complaint}{fields}
<a class="p5-quiet" href="/">Back, without a login</a></form></main></body></html>
"""

_FIELDS = """
<label>Name <input name="name" autocomplete="username" autofocus required maxlength="100"></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required
 maxlength="1000"></label>
<button>Log in</button>"""
_NO_USERS = """
<p>Nobody has a password here yet. The command that started this page printed a link that lets you in once.</p>
<p>To let people in for good: <code>port502 web --add-user NAME --role operator --users users.yaml</code>, and
<code>{named}</code> {where}.</p>"""
_NAMED = {
    True: ("web: {users: users.yaml}", "in the site file"),
    False: ("--users users.yaml", "behind the command"),
}
"""Where a users file is named: of a site, and of the tools alone."""


@app.get("/login")
async def login_page(request: Request) -> Response:
    """The form."""
    return _page(request)


@app.post("/login")
async def login(request: Request) -> Response:
    """Let somebody in who knows their password."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LONGEST_FORM:
        return _page(request, "That is no form of this page.", 413)
    form = await request.form(max_files=0, max_fields=4)
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    host = request.client.host if request.client else ""
    try:
        secret, _ = await let_in(request.scope[STATE], name, password, host)
    except ProblemError as error:
        return _page(request, error.detail, error.status)
    response = RedirectResponse(_wanted(request), status_code=303)
    set_cookie(response, secret, secure=request.url.scheme == "https")
    return response


@app.get("/logout")
async def logout(request: Request) -> Response:
    """Let somebody go."""
    door: Door = request.scope[STATE].door
    door.sessions.end(cookie_of(request.headers.get("cookie", "")))
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(COOKIE, path="/")
    return response


def _wanted(request: Request) -> str:
    """Where to go after the login: the page that was asked for, or that somebody came from; never elsewhere."""
    place = request.query_params.get("to", "")
    if not place and request.method == "GET":
        came = urlsplit(request.headers.get("referer", ""))
        place = f"{came.path}?{came.query}" if came.query else came.path
    is_ours = _PLACE.fullmatch(place) and not place.startswith(("/login", "/logout"))
    return place if is_ours and len(place) <= LONGEST_PLACE else "/"


def _page(request: Request, complaint: str = "", status: int = 200) -> HTMLResponse:
    station: Station | None = request.scope[STATE].station
    shown = f'<p class="p5-banner" role="alert">{escape(complaint)}</p>' if complaint else ""
    door: Door = request.scope[STATE].door
    named, where = _NAMED[station is not None]
    fields = _FIELDS if len(door.users) else _NO_USERS.format(named=named, where=where)
    wanted = _wanted(request)
    action = "/login" if wanted == "/" else f"/login?{urlencode({'to': wanted})}"
    site = escape(site_name(station))
    page = _PAGE.format(site=site, look=look(), complaint=shown, fields=fields, action=escape(action))
    return HTMLResponse(page, status)
