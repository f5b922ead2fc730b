"""Text in columns of a terminal: cut, padded, and the room shared among columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size

from port502.cli.output import printable

CUT: Final = "…"
BETWEEN: Final = 2
"""Blanks between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: at least ``width`` wide, taking a part of what is left where it ``grows``, and left out where the
    terminal has less than ``need`` columns."""

    title: str
    width: int
    right: bool = False
    grows: int = 0
    need: int = 0


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Text in exactly so many cells of a terminal, whatever is in it."""
    text = printable(text)
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + CUT if width > 0 else ""
    return " " * (width - size) + text if right else text + " " * (width - size)


def widths(columns: Sequence[Column], room: int) -> list[int]:
    """How wide each column becomes in so much room; 0 for one that is left out."""
    shown = [column for column in columns if room >= column.need]
    left = room - sum(column.width for column in shown) - BETWEEN * (len(shown) - 1)
    parts = sum(column.grows for column in shown)
    found = []
    for column in columns:
        if room < column.need:
            found.append(0)
            continue
        more = max(0, left) * column.grows // parts if parts else 0
        found.append(column.width + more)
    return found
