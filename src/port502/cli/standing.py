"""Standing between clients and devices until the time is up: a line for each listener, or a table that stays fresh."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from typing import Any, TypeVar

from rich.console import Console, RenderableType
from rich.live import Live

from port502.cli.output import console
from port502.cli.policed import Policed
from port502.cli.stopping import stoppable, wait

REFRESH = 0.5

Draw = Callable[[int, int], RenderableType]
"""Draws a table that is so wide, on so many rows."""

S = TypeVar("S")


async def stand(
    standing: AbstractAsyncContextManager[Any],
    seconds: float | None,
    *,
    status: Callable[[], S],
    tell: Callable[[], None],
    draw: Draw | None = None,
    rules: Policed | None = None,
) -> S:
    """Stand until the time is up or somebody stops it; gives the status at the end.

    As soon as clients can come, ``tell`` prints so, or ``draw`` fills the screen; SIGHUP reads the ``rules`` again.
    """
    async with AsyncExitStack() as around:
        if rules is not None:
            await around.enter_async_context(rules)
        stopped = around.enter_context(stoppable(None if rules is None else rules.reload))
        async with standing:
            if draw is None:
                tell()
            with fresh(draw):
                await wait(stopped, seconds)
            return status()


@contextmanager
def fresh(draw: Draw | None) -> Iterator[None]:
    """Keep the screen fresh while inside; None leaves it alone."""
    if draw is None:
        yield
        return
    out = console(sys.stdout)
    with Live(console=out, screen=True, auto_refresh=False, transient=True) as live:
        refreshing = asyncio.get_running_loop().create_task(_refresh(draw, live, out))
        try:
            yield
        finally:
            refreshing.cancel()


async def _refresh(draw: Draw, live: Live, out: Console) -> None:
    while True:
        live.update(draw(*out.size), refresh=True)
        await asyncio.sleep(REFRESH)
