"""How far the reading of captures is, on a terminal: a bar with the time left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from port502.cli.output import console
from port502.traffic.capture import Capture
from port502.traffic.captures import Captures

WORTH_IT = 16 << 20
"""Bytes from which on the reading takes long enough for a bar."""


@contextmanager
def progress(reading: Captures, *, wanted: bool) -> Iterator[Callable[[], None]]:
    """While inside, what it gives moves the bar; without a terminal, or for little, there is none."""
    files = [one for one in reading.sources if isinstance(one, Capture)]
    total = sum(one.size for one in files)
    if not wanted or not sys.stderr.isatty() or total < WORTH_IT:
        yield _nothing
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("reading"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(sys.stderr), transient=True) as shown:
        task = shown.add_task("", total=total)
        yield lambda: shown.update(task, completed=sum(one.position for one in files))


def _nothing() -> None:
    """There is no bar to move."""
