"""What every page has: the header with the site and the way to the other pages, the banner, the main part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from nicegui import ui
from starlette.requests import Request

from port502.web.gate import IDENTITY, STATE, Door, cookie_of
from port502.web.pages.unclaimed import bounded
from port502.web.pages.words import alarm_mark
from port502.web.roles import NOBODY, Identity, Role
from port502.web.station import Station

PAGES = (
    ("/", "Overview"),
    ("/devices", "Devices"),
    ("/points", "Points"),
    ("/trends", "Trends"),
    ("/alarms", "Alarms"),
    ("/security", "Security"),
    ("/tools", "Tools"),
)

DARK_COOKIE = "port502_dark"

LOGIN_CHECKED = 2.0
"""Seconds after which a tab whose login has ended shows nothing more, at the latest."""

LOST = """
<script>
document.documentElement.lang = "en";
window.addEventListener("load", () => {
  const say = () => {
    const lost = !(window.socket && window.socket.connected);
    document.getElementById("p5-lost").hidden = !lost;
    document.body.classList.toggle("p5-old", lost);
    return lost;
  };
  const leave = async () => {
    if (say() && (await fetch("/api/v1/me")).status === 401) location.reload();
  };
  setInterval(say, 500);
  setInterval(() => leave().catch(() => {}), 5000);
});
</script>
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser tab: who sits before it: ``secret`` is in their cookie, ``host`` their address; and what there is.

    Without a ``site`` there are the tools alone. ``dark`` is what was chosen before, None what the browser prefers.
    """

    site: Station | None
    door: Door
    identity: Identity
    path: str
    secret: str
    host: str
    dark: bool | None = None

    @property
    def station(self) -> Station:
        """The site that a page shows, which only exists with one."""
        assert self.site is not None
        return self.site

    @property
    def name(self) -> str:
        """What it is all about."""
        return site_name(self.site)

    def may(self, role: Role) -> bool:
        """Whether they may do what needs this role."""
        return self.identity.may(role)

    def stands(self, *, used: bool = False) -> bool:
        """Whether the login that the tab was opened with has not ended; ``used`` if they do something now."""
        return self.door.stands(self.identity, self.secret, used=used)

    def lasts(self) -> bool:
        """Whether they may go on looking."""
        return self.door.lets_look(self.identity, self.secret)


def site_name(site: Station | None) -> str:
    """The site's name, or that of the program where there is none."""
    return site.name if site is not None else "port502"


def visit_of(request: Request) -> Visit:
    """The visit that a request begins."""
    bounded(ui.context.client)
    state = request.scope[STATE]
    host = request.client.host if request.client is not None else ""
    secret = cookie_of(request.headers.get("cookie", ""))
    dark = {"1": True, "0": False}.get(request.cookies.get(DARK_COOKIE, ""))
    identity = request.scope.get(IDENTITY, NOBODY)
    return Visit(state.station, state.door, identity, request.url.path, secret, host, dark)


@cache
def look() -> str:
    """The style sheet."""
    return files("port502.web.pages").joinpath("look.css").read_text(encoding="utf-8")


@contextmanager
def framed(visit: Visit, title: str) -> Iterator[ui.column]:
    """The frame of a page, and inside of it the main part to fill."""
    ui.page_title(f"{title} - {visit.name}")
    ui.add_css(look())
    ui.add_head_html(LOST)
    ui.colors(primary="#2f5d8a")
    dark = ui.dark_mode(visit.dark)
    ui.add_body_html(
        '<a class="p5-skip" href="#main">Skip to content</a><div id="p5-lost" class="p5-banner p5-lost" role="alert"'
        " hidden>■ The connection to the site is lost: what stands here is old.</div>"
    )
    with ui.header().classes("p5-header items-center"):
        ui.html(escape(title), tag="h1", sanitize=False).classes("p5-skip")
        ui.label(visit.name).classes("p5-site")
        with ui.row().classes("p5-nav").props('role="navigation" aria-label="Pages"'):
            for path, word in PAGES if visit.site is not None else PAGES[-1:]:
                link = ui.link(word, path)
                if path == visit.path or (path != "/" and visit.path.startswith(f"{path}/")):
                    link.props('aria-current="page"')
        ui.space()
        if visit.site is not None:
            _alarms(visit)
        button = ui.button(icon="contrast", on_click=lambda: _turn(dark))
        button.props('flat round dense aria-label="Dark or light"').classes("p5-quiet")
        _who(visit)
    with ui.column().classes("p5-main").props('id="main" role="main"') as main:
        yield main
    ui.timer(LOGIN_CHECKED, lambda: None if visit.lasts() else _leave())


def _leave() -> None:
    """Show nothing more, and lead to the login."""
    ui.navigate.reload()
    ui.context.client.remove_all_elements()


async def _turn(dark: ui.dark_mode) -> None:
    """From dark to light and back, whatever the browser shows by itself; it is remembered by the browser."""
    is_dark = await ui.run_javascript("document.body.classList.contains('body--dark')")
    dark.set_value(not is_dark)
    ui.run_javascript(
        f"document.cookie = '{DARK_COOKIE}={int(not is_dark)}; path=/; max-age=31536000; samesite=strict'"
    )


def _alarms(visit: Visit) -> None:
    """How many alarms there are, on every page."""
    link = ui.link("", "/alarms").classes("p5-mark").style("text-decoration: none")
    shown = ""

    def refresh() -> None:
        nonlocal shown
        active = [one for one in visit.station.alarms() if one.active and not one.silent]
        mark = alarm_mark(active[0].priority) if active else None
        text = f"{mark.shape} {len(active)} alarm{'s' if len(active) > 1 else ''}" if mark else "no alarm"
        if text != shown:
            shown = text
            link.set_text(text)
            link.classes(replace=mark.classes if mark else "p5-mark")

    refresh()
    ui.timer(1.0, refresh)


def _who(visit: Visit) -> None:
    if visit.identity.way == "anonymous":
        ui.link("Log in", "/login").classes("p5-quiet").style("white-space: nowrap")
        return
    with ui.button(visit.identity.name).props("flat dense no-caps").classes("p5-quiet"), ui.menu():
        ui.menu_item(f"{visit.identity.name}, {visit.identity.role.word}").props("disable")
        ui.menu_item("Log out", on_click=lambda: ui.navigate.to("/logout"))


def card(title: str) -> ui.column:
    """A card with a heading; fill it with ``with``."""
    with ui.column().classes("p5-card") as made:
        ui.html(escape(title), tag="h2", sanitize=False).classes("p5-title")
    return made
