"""Which addresses answer: a range, a bar while it is searched, and what was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, ProgressBar, Static

from port502.cli.exits import Failed, message
from port502.cli.output import printable
from port502.cli.peer import Peer
from port502.cli.watching.fitting import Column
from port502.cli.watching.grid import Cell, Grid
from port502.cli.watching.probing import Probed, probe, range_of
from port502.errors import Port502Error
from port502.registers.reference import Reference

_SHOWN = 12
_REDRAW = 0.2


class FoundTable(Grid):
    """Ranges of addresses that answered."""

    columns = (
        Column("range", 20, grows=1),
        Column("as reference", 14),
        Column("values", 7, right=True),
        Column("first values", 20, grows=3),
    )
    nothing = "nothing found yet"
    found: Sequence[Reference] = ()
    values: dict[int, int]

    def show(self, state: Probed) -> None:
        """Show what was found so far."""
        self.found, self.values = list(state.ranges()), state.found
        self.renew()

    def lines(self) -> int:
        return len(self.found)

    def cells(self, line: int) -> Sequence[Cell]:
        one = self.found[line]
        some = [self.values[one.address + step] for step in range(min(one.count, _SHOWN))]
        return (
            (str(one), ""),
            (one.reference_form, "quiet"),
            (f"{one.count:,}", ""),
            (" ".join(map(str, some)), "quiet"),
        )


class ScanScreen(ModalScreen[str | None]):
    """Searches a range of a table by reading it; Enter on a range gives it back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("enter,a", "take", "Watch this range"),
    ]

    def __init__(self, peer: Peer, first: str = "holding:0..999") -> None:
        super().__init__()
        self._peer = peer
        self._first = first
        self._again = 0.0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="scan-dialog"):
            yield Label("Which addresses answer? They are only read.", classes="title", markup=False)
            yield Input(self._first)
            yield ProgressBar(show_eta=True)
            yield Static(
                "A table and a range, such as input:0..199; Enter begins.", classes="hint", markup=False
            )
            yield Static("", classes="fault", markup=False)
            yield FoundTable()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Begin."""
        event.stop()
        try:
            wanted = range_of(event.value)
        except Port502Error as error:
            self._say(str(error))
            return
        self._say("")
        self.run_worker(self._search(wanted), exclusive=True)

    async def _search(self, wanted: Reference) -> None:
        self.query_one(ProgressBar).update(total=wanted.span, progress=0)
        self.query_one(FoundTable).show(Probed(wanted.table, wanted.address, wanted.span))
        self.query_one(FoundTable).focus()
        try:
            state = await probe(self._peer, wanted, self._told)
        except (Failed, Port502Error) as error:
            self._say(message(error))
        else:
            self._hint(
                f"{len(state.found):,} of {state.total:,} addresses answer ({state.requests:,} reads);"
                " Enter watches the range under the cursor"
            )

    def _told(self, state: Probed) -> None:
        now = time.monotonic()
        if now < self._again and state.done < state.total:
            return  # thousands of reads a second need no thousand pictures
        self._again = now + _REDRAW
        self.query_one(ProgressBar).update(progress=state.done)
        self.query_one(FoundTable).show(state)
        self._hint(f"{len(state.found):,} found, {state.requests:,} reads; Escape ends the search")

    def _hint(self, text: str) -> None:
        self.query_one(".hint", Static).update(text)

    def _say(self, fault: str) -> None:
        self.query_one(".fault", Static).update(printable(fault))

    def action_take(self) -> None:
        """Watch the range under the cursor."""
        table = self.query_one(FoundTable)
        if table.has_focus and table.found:
            self.dismiss(str(table.found[table.cursor]))

    def action_leave(self) -> None:
        """Back, and search no more."""
        self.dismiss(None)
