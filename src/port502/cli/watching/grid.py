"""A table of any length: only the lines on the screen are made, each time they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from port502.cli.watching.fitting import BETWEEN, Column, fit, widths

Cell: TypeAlias = "tuple[str, str]"
"""A text and its tone: empty, or one of ``TONES``."""

TONES = ("quiet", "strong", "bad", "struck", "uncertain", "first", "second", "third", "fourth")


class Grid(ScrollView, can_focus=True):
    """Lines under a heading, one of them under the cursor. What stands in them is asked for as it is drawn."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--heading",
        "grid--cursor",
        *(f"grid--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
    ]
    columns: Sequence[Column] = ()
    nothing = "nothing here"
    cursor = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another line."""

        def __init__(self, grid: Grid) -> None:
            super().__init__()
            self.grid = grid

        @property
        def control(self) -> Grid:
            return self.grid

    def lines(self) -> int:
        """How many lines there are."""
        raise LookupError(f"{type(self).__name__} says not how long it is")

    def cells(self, line: int) -> Sequence[Cell]:
        """What stands in a line, column by column."""
        raise LookupError(f"{type(self).__name__} says not what is in line {line}")

    def renew(self) -> None:
        """Draw what there is now."""
        lines = self.lines()
        self.virtual_size = Size(self.size.width, lines + 1)
        if self.cursor >= lines:
            self.cursor = max(0, lines - 1)
        self.refresh()

    def watch_cursor(self) -> None:
        """Keep the cursor in sight."""
        self.follow()
        self.refresh()
        self.post_message(self.Moved(self))

    def follow(self) -> None:
        """Scroll to where the cursor is."""
        room = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False)

    def validate_cursor(self, cursor: int) -> int:
        """A line that there is."""
        return max(0, min(cursor, self.lines() - 1))

    def action_move(self, lines: int) -> None:
        """Move the cursor."""
        self.cursor += lines

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is on the screen."""
        self.cursor += pages * max(1, self.size.height - 2)

    def action_first(self) -> None:
        """To the first line."""
        self.cursor = 0

    def action_last(self) -> None:
        """To the last line."""
        self.cursor = self.lines() - 1

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there."""
        if event.y > 0:
            self.cursor = self.scroll_offset.y + event.y - 1

    def on_resize(self, event: events.Resize) -> None:
        """Another width has other columns."""
        self.renew()
        self.call_after_refresh(self.follow)

    def render_line(self, y: int) -> Strip:
        room = self.scrollable_content_region.width
        plain = self.rich_style
        sizes = widths(self.columns, room)
        if y == 0:
            heading = self._style("heading")
            titles = [(column.title, "") for column in self.columns]
            return self._strip(titles, sizes, room, heading)
        line = self.scroll_offset.y + y - 1
        if line >= self.lines():
            text = self.nothing if line == 0 else ""
            return Strip([Segment(fit(text, room), plain + self._style("quiet"))], room)
        at_cursor = line == self.cursor
        style = self._style("cursor") if at_cursor and self.has_focus else plain
        return self._strip(self.cells(line), sizes, room, style, at_cursor=at_cursor)

    def _strip(
        self,
        cells: Sequence[Cell],
        sizes: Sequence[int],
        room: int,
        style: Style,
        *,
        at_cursor: bool = False,
    ) -> Strip:
        segments: list[Segment] = []
        for (text, tone), size, column in zip(cells, sizes, self.columns, strict=True):
            if not size:
                continue
            if segments:
                segments.append(Segment(" " * BETWEEN, style))
            toned = (
                style + self._strokes(tone, coloured=not (at_cursor and self.has_focus)) if tone else style
            )
            segments += _padded(fit(text, size, right=column.right), toned, style)
        return Strip(segments).adjust_cell_length(room, style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"grid--{name}")

    def _strokes(self, tone: str, *, coloured: bool) -> Style:
        """The strokes of a tone and, where the ground is not that of the cursor, its colour."""
        found = self._style(tone)
        return Style(
            color=found.color if coloured else None,
            bold=found.bold,
            italic=found.italic,
            strike=found.strike,
        )

    def in_view(self) -> Region:
        """The part of the lines that is on the screen."""
        return Region(0, self.scroll_offset.y, self.size.width, max(0, self.size.height - 1))


def _padded(text: str, toned: Style, plain: Style) -> list[Segment]:
    """A text with its tone, and the blanks around it without: nothing is struck through there."""
    bare = text.strip(" ")
    before = len(text) - len(text.lstrip(" ")) if bare else len(text)
    after = len(text) - before - len(bare)
    parts = ((" " * before, plain), (bare, toned), (" " * after, plain))
    return [Segment(part, style) for part, style in parts if part]
