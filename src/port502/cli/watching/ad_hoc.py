"""The screen for a target without a site file: watch, change what is watched, write after a yes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer, Input

from port502.cli.board import milliseconds
from port502.cli.exits import Failed, message
from port502.cli.output import printable
from port502.cli.peer import Wanted
from port502.cli.watching.adopting import meanings, next_order, next_type
from port502.cli.watching.base import TICK, every
from port502.cli.watching.book import Book, Entry
from port502.cli.watching.dialogs import AskText, Confirm
from port502.cli.watching.heard import Heard
from port502.cli.watching.points import PointsTable
from port502.cli.watching.scan_screen import ScanScreen
from port502.cli.watching.traffic import TrafficTable
from port502.cli.watching.values_app import ValuesApp
from port502.cli.watching.writing import facts_of, prepared, written_words
from port502.cli.write import Change, change_of
from port502.errors import Port502Error, UsageError
from port502.site.overheard import Overheard

HELP = """\
Watch a device. Nothing is written unless you say yes to it.

  a           add references, such as 40108/float32:cdab
  Delete, x   watch the one under the cursor no more
  t  T        its next type, the one before it
  o           its next order: abcd cdab badc dcba
  r           all that its registers can mean, beside the table
  w           write it: shows old, new and registers, and asks
  s           search: which addresses answer?
  Space       mark it for the chart
  c           chart of the marked ones, else of this one
  f           the traffic, decoded, below the table
  l           write values down in a CSV file, or end that
  y           copy the table as CSV to the clipboard
  /           show only what contains a text; Escape shows all
  b           show only what is not good
  p           pause, and go on
  i           another interval
  D           dark or light
  q, Ctrl-C   end (exit code 0, 130)

Up, Down, Page up, Page down, Home, End and the mouse move.
● good   ◆ uncertain   ■ bad, the last known value struck through
"""


class AdHocApp(ValuesApp):
    """Watches the values of a book on its device."""

    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add"),
        Binding("t", "type(1)", "Type"),
        Binding("T", "type(-1)", "Type before", show=False),
        Binding("o", "order", "Order"),
        Binding("w", "write", "Write"),
        Binding("s", "scan", "Search"),
        Binding("r", "meanings", "Readings", show=False),
        Binding("f", "traffic", "Traffic"),
        Binding("p", "pause", "Pause", show=False),
        Binding("delete,x", "remove", "Remove", show=False),
    ]

    def __init__(
        self,
        book: Book,
        heard: Heard,
        *,
        interval: float = 1.0,
        samples: int | None = None,
        seconds: float | None = None,
    ) -> None:
        super().__init__(interval, samples, seconds)
        self.book = book
        self.paused = False
        self._heard = heard
        self._exchanges: Sequence[Overheard] = ()

    def compose(self) -> ComposeResult:
        self.table = PointsTable(id="points")
        self._traffic = TrafficTable(id="traffic")
        self._pane = Vertical(self._traffic, id="traffic-pane")
        self._side = VerticalScroll(self.text("meanings-text"), id="meanings")
        yield self.text("head")
        yield self.text("fault")
        yield Input(placeholder="show only what contains ...", id="filter", compact=True)
        yield Horizontal(self.table, self._side, id="body")
        yield self.text("detail", "detail")
        yield self._pane
        yield Footer(compact=True)

    @property
    def entry(self) -> Entry | None:
        """What is under the cursor."""
        shown = self.table.current
        return next((one for one in self.book.entries if one.shown is shown), None)

    def on_mount(self) -> None:
        """Begin to poll."""
        self._entries_changed()
        self.table.focus()
        self._side.set_class(self.size.width >= 110, "-some")
        self._pane.set_class(self.size.height >= 20, "-some")
        if not self.book.entries:
            self.table.nothing = "nothing is watched yet: press a to add references, s to search for some"
        self.run_worker(every(lambda: self.interval, self._turn, self._wake))
        self.set_interval(TICK, self._tick)

    async def on_unmount(self) -> None:
        """Let go of the device."""
        await self.book.close()

    # What goes on by itself

    async def _turn(self) -> bool:
        """One poll; whether it was the last one."""
        if self.paused:
            return False
        self.write_down(await self.book.poll())
        await self._tick()
        return self.ends()

    async def _tick(self) -> None:
        """Say what there is now."""
        self.say("head", self._head())
        self.say_fault(self.book.fault)
        if not self.paused:
            self.book.grow_stale(self.interval)
        self.table.look_again()
        self._describe()
        self._exchanges = await self._heard.look()
        if self._pane.has_class("-some"):
            self._traffic.show(self._exchanges)

    def _head(self) -> str:
        tally, peer = self.book.tally, self.book.peer
        took = [one.took_ms for one in self._exchanges if one.took_ms is not None]
        middle = milliseconds(statistics.median(took) / 1000) if took else "-"
        most = milliseconds(max(took) / 1000) if took else "-"
        every = f"every {self.interval:g} s" if not self.paused else "PAUSED"
        failed = f", {tally.failed:,} failed" if tally.failed else ""
        return printable(
            f"{peer.label}, unit {peer.unit}   {every}   {tally.polls:,} polls{failed}"
            f"   answers {middle}, most {most}{self.logged}"
        )

    def _describe(self) -> None:
        """The value under the cursor at length, and all that its registers can mean."""
        self.say_current()
        entry = self.entry
        if self._side.has_class("-some"):
            self._texts["meanings-text"].update(self._meanings(entry) if entry is not None else "")

    def _meanings(self, entry: Entry) -> Text:
        point = entry.wanted.point
        if point.table.is_bits:
            return Text("A single bit: on or off.", "dim")
        text = Text(f"{point.table}:{point.address} read as\n", no_wrap=True)
        for one in meanings(point.table, point.address, self.book.registers):
            now = (one.type, one.order) == (point.type, point.order)
            text.append(f"{'▸' if now else ' '}{one.type:<8}{one.order:<6}", "bold" if now else "dim")
            text.append(f"{one.text or '(next registers not read)'}\n", "bold" if now else "")
        return text

    def on_grid_moved(self) -> None:
        """Another value is under the cursor."""
        self._describe()

    def _entries_changed(self) -> None:
        self.table.show([one.shown for one in self.book.entries])
        self._wake.set()

    # What is watched

    def action_add(self) -> None:
        """Ask for references."""

        def check(text: str) -> None:
            self.book.add(text)

        def added(text: str | None) -> None:
            if text is not None:
                self._entries_changed()
                self.table.action_last()

        self.push_screen(
            AskText(
                "Add references",
                "such as holding:0*10  40108/float32:cdab  coil:3  input:0..7/int16",
                check=check,
            ),
            added,
        )

    def action_remove(self) -> None:
        """Watch it no more."""
        if self.entry is not None:
            self.book.remove(self.entry)
            self._entries_changed()

    def action_type(self, step: int) -> None:
        """Another type."""
        if self.entry is not None:
            self._become(self.entry, next_type(self.entry.wanted, step))

    def action_order(self) -> None:
        """Another order."""
        if self.entry is not None:
            self._become(self.entry, next_order(self.entry.wanted))

    def _become(self, entry: Entry, wanted: Wanted | None) -> None:
        if wanted is None:
            self.tell("a single bit has no type and no order")
            return
        self.book.change(entry, wanted)
        self.table.renew()
        self._describe()
        self._wake.set()

    def action_scan(self) -> None:
        """Search for addresses that answer."""

        def found(text: str | None) -> None:
            if text is None:
                return
            try:
                self.book.add(text)
            except UsageError as error:
                self.tell(str(error), wrong=True)
            self._entries_changed()

        table = self.entry.wanted.point.table if self.entry is not None else "holding"
        self.push_screen(ScanScreen(self.book.peer, f"{table}:0..999"), found)

    # Writing

    def action_write(self) -> None:
        """Write the value under the cursor, after a yes."""
        entry = self.entry
        if entry is not None:
            self.run_worker(self._write(entry), exclusive=True, group="write")

    async def _write(self, entry: Entry) -> None:
        peer, ref = self.book.peer, entry.wanted.ref
        now = f"{entry.shown.text} {entry.shown.row.unit_of_measure}".strip()
        made: list[Change] = []

        def check(text: str) -> None:
            made[:] = [change_of(ref, text, peer)]

        question = AskText(f"Write {ref}", f"It is {now} now. Nothing is sent before you agree.", check=check)
        if await self.push_screen_wait(question) is None:
            return
        try:
            change = await prepared(made[0], peer)
            title = f"Write to {peer.label}, unit {peer.unit}?"
            if not await self.push_screen_wait(Confirm(title, facts_of(change), "Write")):
                self.tell("nothing was written")
                return
            change.written = await peer.write(change.wanted, change.value, verify=True)
        except (Failed, Port502Error) as error:
            self.tell(message(error), wrong=True)
            return
        self.tell(written_words(change), wrong=change.written.verified is False)
        self._wake.set()

    # How it is shown

    def action_meanings(self) -> None:
        """Show or hide what the registers can mean."""
        self._side.toggle_class("-some")
        self._describe()

    def action_traffic(self) -> None:
        """Show or hide what passes."""
        self._pane.toggle_class("-some")
        self._traffic.show(self._exchanges)

    def action_pause(self) -> None:
        """Ask the device no more, or go on."""
        self.paused = not self.paused
        self._wake.set()
