"""The chosen values as curves, over the whole screen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from port502.cli.board import duration
from port502.cli.watching.fitting import fit
from port502.cli.watching.graph import chart
from port502.cli.watching.shown import Shown, numbers

MOST: Final = 4
SPANS: Final = (60.0, 300.0, 900.0, 3600.0)
SIGNS: Final = "①②③④"
_COLOURS = ("bold", "yellow", "red", "cyan")
_LABEL = 12


class ChartScreen(ModalScreen[None]):
    """Up to four values on one scale; their past is what was seen since the program began."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c,enter", "leave", "Close"),
        Binding("plus,equals_sign", "span(-1)", "Closer"),
        Binding("minus", "span(1)", "Further"),
    ]

    def __init__(self, values: Sequence[Shown]) -> None:
        super().__init__()
        self._values = values[:MOST]
        self._span = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="chart-dialog"):
            yield Label("", classes="title", markup=False)
            yield Static("", id="chart")
            yield Static("", id="legend")
            yield Static("+ and - change the span of time, Escape closes", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Draw now, and again as time goes on."""
        self.set_interval(0.5, self.draw)
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """Another size, another picture."""
        self.call_after_refresh(self.draw)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

    def action_span(self, step: int) -> None:
        """Show more of the past, or less."""
        self._span = max(0, min(self._span + step, len(SPANS) - 1))
        self.draw()

    def draw(self) -> None:
        """Draw the curves up to now."""
        place = self.query_one("#chart", Static)
        width, height = place.size.width - _LABEL - 1, place.size.height - 1
        if width < 4 or height < 2:
            return
        now = time.time()
        span = SPANS[self._span]
        drawn = chart([list(one.trace) for one in self._values], now - span, now, width, height)
        text = Text(no_wrap=True)
        for at, line in enumerate(drawn.rows):
            label = drawn.high if at == 0 else drawn.low if at == height - 1 else None
            text.append(fit("" if label is None else f"{label:,.6g}", _LABEL, right=True), "dim")
            text.append("│", "dim")
            for char, who in line:
                text.append(char, _COLOURS[who] if who >= 0 else "")
            text.append("\n")
        text.append(" " * _LABEL + "└" + fit(f"{duration(span)} ago", width - 3) + "now", "dim")
        place.update(text)
        self.query_one("#legend", Static).update(self._legend())
        self.query_one(".title", Label).update(f"Last {duration(span)}")

    def _legend(self) -> Text:
        text = Text()
        for at, one in enumerate(self._values):
            seen = numbers(one.trace)
            bounds = f"  {min(seen):,.6g} to {max(seen):,.6g}" if seen else "  no numbers yet"
            text.append(f"{SIGNS[at]} ━━ ", _COLOURS[at])
            text.append(f"{one.name}  ")
            text.append(one.text, "bold strike" if one.is_bad else "bold")
            text.append(f" {one.row.unit_of_measure}{bounds}\n", "dim")
        return text
