"""The pages, put behind the API in one application. Their framework takes a third of a second to import."""

from __future__ import annotations

from importlib import import_module
from logging import CRITICAL, getLogger

from fastapi import FastAPI

from port502.web.admitting import Admitting

PAGES = ("login", "overview", "devices", "connection", "points", "trends", "alarms", "security")

TOOLS = (
    "login",
    "tools_decode",
    "tools_encode",
    "tools_explain",
    "tools_maps",
    "tools_identify",
    "tools_doctor",
    "tools_scan",
    "tools_site",
)
"""Those that need no site."""


TAB_KEPT = 60.0
"""Seconds that the framework keeps what belongs to a tab, where nothing of ours is; its own are 30 days."""


def load(*, site: bool = True) -> None:
    """Import the pages, each of which announces itself to the framework."""
    for talker in ("engineio.server", "socketio.server"):  # what a stranger sends over a socket is no news
        getLogger(talker).setLevel(CRITICAL)
    for page in dict.fromkeys((*PAGES, *TOOLS)) if site else TOOLS:
        import_module(f"port502.web.pages.{page}")


def mount(app: FastAPI, *, site: bool = True) -> None:
    """Add the pages to an application, of a site or the tools alone; a process can do so once."""
    load(site=site)
    from nicegui import app as pages
    from nicegui import ui

    from port502.web.pages import hearing
    from port502.web.pages.unclaimed import not_there

    hearing.install()
    pages.storage.max_tab_storage_age = TAB_KEPT
    pages.add_middleware(Admitting)
    pages.add_exception_handler(404, not_there)
    ui.run_with(
        app, title="port502", dark=None, language="en-US", show_welcome_message=False, reconnect_timeout=10.0
    )
