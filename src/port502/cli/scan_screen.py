"""A scan as it goes on: results on stdout as they come, a bar with the time left where somebody looks."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from port502.cli.finding_view import Layout
from port502.cli.output import WIDE, console, put
from port502.discover.found import FoundDevice
from port502.discover.scanner import Progress

UNSEEN_WIDTH = 120
"""Columns where nobody looks: wide enough for what is read later."""


class Screen:
    """Shows devices and progress; ``lines`` False leaves the devices out, for what is printed at the end."""

    def __init__(self, total: int, *, lines: bool, bar: bool) -> None:
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._lines = lines
        on_stdout = lines and sys.stdout.isatty()
        out = console(sys.stdout if on_stdout else sys.stderr)
        self._layout = Layout(out.width if on_stdout and out.width < WIDE else UNSEEN_WIDTH)
        self._headed = False
        self._bar = Bar(
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} addresses"),
            TextColumn("{task.fields[found]} found"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=out,
            transient=True,
            disable=not (bar and out.is_terminal),
        )
        self._task = self._bar.add_task("", total=total, found=0)
        self._on_stdout = on_stdout

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def found(self, device: FoundDevice) -> None:
        """Print a device at once."""
        if not self._lines:
            return
        if not self._headed:
            self._headed = True
            self._put(self._layout.heading())
        for line in self._layout.device(device):
            self._put(line)

    def moved(self, progress: Progress) -> None:
        """Move the bar on."""
        self._bar.update(self._task, completed=progress.probed, found=progress.devices)

    def _put(self, line: str) -> None:
        if self._on_stdout and not self._bar.disable:
            self._bar.console.print(line, soft_wrap=True)
        else:
            put(line)
