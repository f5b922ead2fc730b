"""Rows of texts, marks and links that change in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nicegui import ui

from port502.web.pages.words import Mark


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    words: str
    target: str

    def __str__(self) -> str:
        return self.words


Cell: TypeAlias = str | Mark | Link
"""What stands in a column; a column of links holds nothing else."""


class Rows:
    """A list under headings: a cell is sent anew only when it changes, a row comes or goes at the end.

    ``look`` is the class that lays the columns out, ``none`` what is said instead of no rows.
    """

    def __init__(self, look: str, none: str, heads: Sequence[str] = ()) -> None:
        self._look = look
        self._rows: list[tuple[ui.element, list[ui.label | ui.link]]] = []
        self._shown: list[tuple[Cell, ...]] = []
        with ui.element("div").classes("p5-rows").props('role="table"') as self._box:
            if heads:
                with ui.element("div").classes(f"p5-row p5-head {look}").props('role="row"'):
                    for head in heads:
                        ui.label(head).props('role="columnheader"')
        self._none = ui.label(none).classes("p5-quiet")

    def show(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        """Show these rows."""
        self._none.set_visibility(not rows)
        self._box.set_visibility(bool(rows))
        while len(self._rows) > len(rows):
            self._rows.pop()[0].delete()
            self._shown.pop()
        with self._box:
            for row in rows[len(self._rows) :]:
                self._add(row)
        for place, row in enumerate(rows):
            if row != self._shown[place]:
                self._update(place, row)

    def _add(self, row: tuple[Cell, ...]) -> None:
        with ui.element("div").classes(f"p5-row {self._look}").props('role="row"') as box:
            labels = [_cell(one) for one in row]
        self._rows.append((box, labels))
        self._shown.append(())

    def _update(self, place: int, row: tuple[Cell, ...]) -> None:
        before = self._shown[place] or ("",) * len(row)
        for label, old, new in zip(self._rows[place][1], before, row, strict=True):
            if new != old:
                label.set_text(str(new))
                if isinstance(new, Mark) or isinstance(old, Mark):
                    label.classes(replace=new.classes if isinstance(new, Mark) else "")
                if isinstance(new, Link):
                    label.props["href"] = new.target
        self._shown[place] = row


def _cell(one: Cell) -> ui.label | ui.link:
    if not isinstance(one, Link):
        return ui.label().props('role="cell"')
    with ui.element("div").props('role="cell"'):
        return ui.link(target=one.target)
