"""What the pages of the tools have in common: the frame with the way from tool to tool, and messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlencode

from nicegui import ui

from port502.errors import Port502Error
from port502.web.pages.frame import Visit, framed
from port502.web.pages.words import Mark
from port502.web.roles import Role

TOOLS = (
    ("/tools", "Decode"),
    ("/tools/encode", "Encode"),
    ("/tools/explain", "Explain"),
    ("/tools/maps", "Maps"),
    ("/tools/identify", "Identify"),
    ("/tools/doctor", "Doctor"),
    ("/tools/scan", "Scan"),
    ("/tools/site", "Site file"),
)

WRONG = Mark("■", "wrong", "critical")
DOUBT = Mark("◆", "note", "medium")
WELL = Mark("●", "well")


@contextmanager
def tool(visit: Visit, title: str) -> Iterator[ui.column]:
    """A tool's page: the frame, the way to the other tools, and the main part to fill."""
    with framed(visit, title) as main:
        with ui.row().classes("p5-subnav").props('role="navigation" aria-label="Tools"'):
            for path, word in TOOLS:
                link = ui.link(word, path)
                if path == visit.path:
                    link.props('aria-current="page"')
        yield main


def keep_in_url(path: str, said: Mapping[str, str]) -> None:
    """Keep what is looked at in the address, where it has something to say."""
    kept = {key: value for key, value in said.items() if value}
    ui.navigate.history.replace(f"{path}?{urlencode(kept)}" if kept else path)


def complaint(error: Port502Error | str) -> ui.element:
    """What is wrong with what was typed, as a line in the page."""
    with ui.row().classes("p5-said items-baseline").props('role="status"') as row:
        ui.label(str(WRONG)).classes(WRONG.classes)
        ui.label(str(error)).style("overflow-wrap: anywhere")
    return row


def said(mark: Mark, text: str) -> None:
    """A line with a mark before it."""
    with ui.row().classes("p5-said items-baseline"):
        ui.label(str(mark)).classes(mark.classes)
        ui.label(text).style("overflow-wrap: anywhere")


def needs(visit: Visit, role: Role, what: str) -> bool:
    """Whether somebody has the role; if not, the page says what is missing."""
    if visit.may(role):
        return True
    with ui.column().classes("p5-card"):
        ui.label(f"{what} needs the role {role.word}.").classes("p5-title")
        if visit.identity.way == "anonymous":
            ui.link("Log in", "/login")
        else:
            ui.label(f"{visit.identity.name} is {visit.identity.role.word}.").classes("p5-quiet")
    return False
