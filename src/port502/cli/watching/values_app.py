"""What both screens do with their table of values: sift, choose, draw, copy, write down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from port502.cli.output import printable
from port502.cli.values import Row
from port502.cli.watching.base import WatchApp
from port502.cli.watching.chart_screen import ChartScreen
from port502.cli.watching.csv_log import CsvLog
from port502.cli.watching.dialogs import AskText
from port502.cli.watching.points import PointsTable
from port502.errors import UsageError

LEAST_INTERVAL = 0.02
LONGEST_INTERVAL = 86_400.0


class ValuesApp(WatchApp):
    """A screen with a table of values, the field for its filter, and a line about the value under the cursor."""

    table: PointsTable
    """The table of values, made by ``compose``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter"),
        Binding("c", "chart", "Chart"),
        Binding("space", "mark", "Mark", show=False),
        Binding("l", "log", "Log", show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("b", "bad", "Only bad", show=False),
        Binding("i", "interval", "Interval", show=False),
        Binding("escape", "all", "Show all", show=False),
    ]

    def __init__(self, interval: float, samples: int | None, seconds: float | None) -> None:
        super().__init__(seconds)
        self.interval = interval
        self.log_file: CsvLog | None = None
        self.turns = 0
        self._samples = samples
        self._wake = asyncio.Event()
        # Kept here, not looked up: what goes on by itself may be in the middle of a turn when the screen goes.
        self._texts: dict[str, Static] = {}

    def text(self, name: str, classes: str = "") -> Static:
        """A new line of text for the screen, to be filled with ``say``."""
        made = self._texts[name] = Static("", id=name, classes=classes, markup=False)
        return made

    async def on_unmount(self) -> None:
        """Close the file."""
        if self.log_file is not None:
            self.log_file.close()

    def ends(self) -> bool:
        """Count a turn; whether it was the last."""
        self.turns += 1
        if self._samples is None or self.turns < self._samples:
            return False
        self.action_end()
        return True

    def write_down(self, rows: Iterable[Row]) -> None:
        """Add rows to the file, if there is one; a file that takes no more is given up, and it is said."""
        if self.log_file is None:
            return
        try:
            self.log_file.add(rows)
        except UsageError as error:
            self.log_file = None
            self.tell(str(error), wrong=True)

    def say(self, name: str, text: str) -> None:
        """Put a text into one of the lines of the screen."""
        self._texts[name].update(text)

    def say_fault(self, text: str) -> None:
        """Put what is wrong where it is seen; nothing takes the line away."""
        line = self._texts["fault"]
        line.update(f"■ {printable(text)}")
        line.set_class(bool(text), "-some")

    def say_current(self) -> None:
        """The value under the cursor at length."""
        one = self.table.current
        if one is None:
            self.say("detail", "")
            return
        row = one.row
        place = f"{row.table}:{row.address}" if row.table else ""
        kind = "" if row.is_bit or one.name.endswith(row.type) else row.type
        raw = f"registers {row.raw}" if row.raw else ""
        told = (one.name, one.worth, "" if place in one.name else place, kind, raw)
        self.say("detail", "   ".join(part for part in told if part))

    @property
    def logged(self) -> str:
        """How much was written down, for the head line."""
        return f"   log {self.log_file.path.name}: {self.log_file.rows:,} rows" if self.log_file else ""

    # Keys

    def action_filter(self) -> None:
        """Ask what to show."""
        field = self.query_one("#filter", Input)
        field.add_class("-some")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what fits as it is typed."""
        if event.input.id == "filter":
            self.table.sift(event.value, only_bad=self.table.only_bad)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the table; the filter stays."""
        if event.input.id == "filter":
            event.input.set_class(bool(event.value), "-some")
            self.table.focus()

    def action_all(self) -> None:
        """Show everything again."""
        field = self.query_one("#filter", Input)
        field.value = ""
        field.remove_class("-some")
        self.table.sift("")
        self.table.focus()

    def action_bad(self) -> None:
        """Only what is not good, or all."""
        self.table.sift(self.table.filter, only_bad=not self.table.only_bad)

    def action_mark(self) -> None:
        """Choose a value for the chart."""
        self.table.mark()

    def action_chart(self) -> None:
        """Draw the chosen values."""
        chosen = self.table.chosen()
        if chosen:
            self.push_screen(ChartScreen(chosen))

    def action_copy(self) -> None:
        """The table as CSV, to the clipboard of the terminal."""
        self.copy_to_clipboard(self.table.csv())
        self.tell(f"{len(self.table.shown):,} values copied as CSV, where the terminal allows it")

    def action_interval(self) -> None:
        """Another interval."""

        def changed(text: str | None) -> None:
            if text is not None:
                self.interval = seconds_in(text)
                self._wake.set()

        question = AskText("Seconds between two looks", "such as 0.5", f"{self.interval:g}", check=seconds_in)
        self.push_screen(question, changed)

    def action_log(self) -> None:
        """Begin to write values down, or end it."""
        if self.log_file is not None:
            self.log_file.close()
            self.tell(f"{self.log_file.rows:,} values are in {self.log_file.path}")
            self.log_file = None
            return
        name = time.strftime("watch-%Y%m%d-%H%M%S.csv")

        def opened(text: str) -> None:
            self.log_file = CsvLog(Path(text.strip() or name).expanduser())

        hint = "a CSV file; rows are added at its end"
        self.push_screen(AskText("Write values down in", hint, name, check=opened))


def seconds_in(text: str) -> float:
    """An interval; raises UsageError for what is none."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not LEAST_INTERVAL <= seconds <= LONGEST_INTERVAL:
        raise UsageError(f"{text[:20]!r} is no interval: seconds, at least {LEAST_INTERVAL:g}")
    return seconds
