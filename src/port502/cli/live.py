"""A site at work, watched: a screen on a terminal, and the last words when it ends."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from port502.cli.board import Rates, count, devices_board, headline, refusal_text
from port502.cli.dashboard import dashboard, prepare
from port502.cli.exits import message
from port502.cli.logs import logging_to
from port502.cli.output import put, put_json, say
from port502.cli.settling import settle, stay
from port502.cli.standing import fresh
from port502.cli.stopping import stoppable, wait
from port502.errors import Port502Error
from port502.site.running import Running
from port502.site.status import Summary

RATE_OVER = 10
"""So many refreshes are what *lately* means in rates."""

LOG_LINES = 4


class Screen:
    """What a terminal shows of a running site: its figures, its devices with their values, its last log lines."""

    def __init__(self, running: Running, hint: str = "Ctrl-C ends") -> None:
        self._running = running
        self.hint = hint
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self._past: deque[tuple[float, int]] = deque(maxlen=RATE_OVER)

    def log(self, line: str) -> None:
        """Show a line of the log below the table."""
        self._lines.append(line)

    def draw(self, width: int, height: int) -> RenderableType:
        """The screen for a terminal of so many columns and rows."""
        status = self._running.status()
        collector = status.collector
        self._past.append((collector.uptime, collector.polls))
        above: list[RenderableType] = [*headline(status, self._rates()), Text()]
        below: list[RenderableType] = [
            Text(line, "yellow", no_wrap=True, overflow="ellipsis") for line in self._lines
        ]
        if status.last_refusal is not None:
            told = f"last refusal: {refusal_text(status.last_refusal)}"
            below.append(Text(told, "yellow", no_wrap=True, overflow="ellipsis"))
        below.append(Text(self.hint, "dim", no_wrap=True, overflow="ellipsis"))
        room = height - len(above) - len(below) - 2
        devices = devices_board(
            status, self._running.site.connections, self._running.collector.current, rows=room, width=width
        )
        return Group(*above, *devices, Text(), *below)

    def _rates(self) -> Rates:
        (began, polls), (now, more) = self._past[0], self._past[-1]
        return Rates((more - polls) / (now - began)) if now > began else Rates()


async def attend(
    running: Running,
    *,
    seconds: float | None,
    hint: str = "Ctrl-C ends",
    screen: bool = False,
    verbosity: int = 0,
    quiet: bool = False,
    tell: bool = False,
    web: bool = False,
) -> Summary:
    """Run a site, and its dashboard, until its time is up or somebody stops it; SIGHUP reads its file again.

    With ``tell`` a line is printed for each listener, and for the dashboard, as soon as clients can come.
    """
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = asyncio.get_running_loop().create_task(_reload(running))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    drawn = Screen(running, hint) if screen else None
    web = web and prepare(quiet=quiet)
    settle()  # before anything is polled, since it takes a moment
    running.reloaded = settle
    with (
        logging_to(drawn.log if drawn else None, verbosity=verbosity, quiet=quiet),
        stoppable(reload) as stopped,
    ):
        async with running:
            for listener in running.listeners.status() if tell else ():
                put(f"listening on {listener.url} ({listener.name})")
            async with dashboard(running, wanted=web, quiet=quiet or screen, tell=tell) as place:
                stay()
                if drawn is not None and place:
                    drawn.hint = f"dashboard {place}    {hint}"
                with fresh(None if drawn is None else drawn.draw):
                    await wait(stopped, seconds)
                await asyncio.gather(*reloads)
        return running.summary()


async def _reload(running: Running) -> None:
    try:
        change = await running.reload()
    except Port502Error as error:
        say(f"port502: nothing was changed: {message(error)}")
    else:
        say(f"port502: {running.site.path} was read again: {change}")


def put_summary(summary: Summary, *, json: bool, quiet: bool = False, **more: object) -> None:
    """The last line of a run, or what it came to in words."""
    if json:
        told: dict[str, Any] = asdict(summary)
        told["seconds"] = round(summary.seconds, 3)
        if not summary.fault:
            del told["fault"]
        refusal = told.pop("last_refusal")
        if refusal is not None:
            told["last_refusal"] = {key: value for key, value in refusal.items() if value not in (None, "")}
        put_json(told | more)
    elif not quiet:
        put(
            f"{summary.site} ran {summary.seconds:.1f} s: {summary.polls:,} polls, {summary.samples:,} samples:"
            f" {summary.good:,} good, {summary.uncertain:,} uncertain, {summary.bad:,} bad;"
            f" {summary.overruns:,} overruns, {summary.lost:,} lost"
        )
        if summary.fault:
            put(f"not one sample was good: {summary.fault}; `port502 status` tells more while it runs")
        if summary.last_refusal is not None:
            put(f"{count(summary.refused, 'request')} refused, last: {refusal_text(summary.last_refusal)}")
