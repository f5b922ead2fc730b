"""The dashboard beside a running site: started with it, said where it is, ended with it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Annotated, TypeAlias

import typer

from port502.cli.exits import message
from port502.cli.output import put, say
from port502.errors import Port502Error
from port502.site.running import Running

Web: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--web/--no-web", envvar="PORT502_WEB", help="Show the site in the browser too, as its 'web' says."
    ),
]

log = logging.getLogger("port502.web")


def prepare(*, quiet: bool) -> bool:
    """Import what a dashboard needs, before anything runs that cannot wait for it; False, and said, without it."""
    try:
        import_module("port502.web.server")
        import_module("port502.web.mounting").load()
    except ModuleNotFoundError as error:
        if not quiet:
            say(f"port502: no dashboard, {error.name} is missing: pip install 'port502[web]'")
        return False
    return True


@asynccontextmanager
async def dashboard(running: Running, *, wanted: bool, quiet: bool, tell: bool = False) -> AsyncIterator[str]:
    """The dashboard of a site that runs, and what to open in a browser; an empty text where there is none.

    A site is collected whether or not somebody can look at it: what is in the dashboard's way is said and no more. With
    ``tell`` its place is a line of the result, as those of the listeners are.
    """
    if not wanted:
        yield ""
        return
    from port502.web.server import WebServer

    try:
        web = WebServer(running, pages=True)
        await web.start()
    except Port502Error as error:
        if not quiet:
            say(f"port502: no dashboard: {message(error)}")
        yield ""
        return
    try:
        place = web.url if len(web.users) else web.link()
        if tell:
            put(f"listening on {web.url} (dashboard)")
        elif not quiet:
            say(f"port502: the dashboard is at {web.url}")
        if place != web.url and not quiet:
            say(f"port502: to write and acknowledge there, follow this link once: {place}")
        yield place
    finally:
        await web.stop()
