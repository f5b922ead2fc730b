"""The table of values: what, how much, how good, how old, and whereto it goes."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from typing import Final

from port502.cli.output import put_csv
from port502.cli.values import COLUMNS
from port502.cli.watching.fitting import Column
from port502.cli.watching.graph import sparkline
from port502.cli.watching.grid import Cell, Grid
from port502.cli.watching.shown import Shown

TREND: Final = 12

_UNITS: Final = Column("unit", 5, need=42)
_COLUMNS: Final = (
    Column(" ", 1),
    Column("name", 16, grows=3),
    Column("value", 11, right=True, grows=1),
    _UNITS,
    Column("age", 6, right=True, need=50),
    Column("trend", TREND, need=76),
    Column("type", 12, need=110),
    Column("registers", 19, need=96),
    Column("quality", 10, grows=5, need=62),
)


class PointsTable(Grid):
    """Values, those of them that fit a filter; all of them may be held as they are by freezing them."""

    columns: Sequence[Column] = _COLUMNS
    nothing = "no values here"

    def __init__(self, clock: Callable[[], float] = time.time, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._all: Sequence[Shown] = ()
        self._shown: list[Shown] = []
        self._clock = clock
        self.filter = ""
        self.only_bad = False
        self.marked: set[str] = set()
        self._held: float | None = None

    def show(self, values: Sequence[Shown]) -> None:
        """Show these values from now on; the cursor stays with the value that it was on."""
        key = self.current.key if self.current is not None else None
        self._all = values
        units = any(one.row.unit_of_measure for one in values)
        self.columns = tuple(column for column in _COLUMNS if units or column is not _UNITS)
        self._sift(key)

    def sift(self, text: str, *, only_bad: bool = False) -> None:
        """Show only what fits."""
        key = self.current.key if self.current is not None else None
        self.filter, self.only_bad = text, only_bad
        self._sift(key)

    def look_again(self) -> None:
        """Draw the values as they are now; what is good by now leaves a table that shows only the others."""
        if self.only_bad:
            self.sift(self.filter, only_bad=True)
        else:
            self.renew()

    def _sift(self, key: str | None) -> None:
        self._shown = [
            one for one in self._all if one.says(self.filter) and (one.is_bad or not self.only_bad)
        ]
        place = next((at for at, one in enumerate(self._shown) if one.key == key), None)
        self.renew()
        if place is not None and place != self.cursor:
            self.cursor = place
            self.call_after_refresh(self.follow)

    @property
    def total(self) -> int:
        """How many values there are, fitting or not."""
        return len(self._all)

    @property
    def shown(self) -> Sequence[Shown]:
        """The values that fit the filter."""
        return self._shown

    @property
    def in_sight(self) -> Sequence[Shown]:
        """Those of them on the screen."""
        area = self.in_view()
        return self._shown[area.y : area.bottom]

    @property
    def current(self) -> Shown | None:
        """The value under the cursor."""
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    def hold(self, held: bool) -> None:
        """Let the ages stand still, or tick again."""
        self._held = self._clock() if held else None

    def mark(self) -> None:
        """Choose the value under the cursor, or not any more."""
        if self.current is not None:
            self.marked ^= {self.current.key}
            self.action_move(1)
            self.refresh()

    def chosen(self) -> list[Shown]:
        """The marked values, else the one under the cursor."""
        found = [one for one in self._all if one.key in self.marked]
        return found or ([self.current] if self.current is not None else [])

    def csv(self) -> str:
        """What is shown, as CSV."""
        out = io.StringIO()
        put_csv([COLUMNS, *(one.row.csv() for one in self._shown)], out)
        return out.getvalue()

    def lines(self) -> int:
        return len(self._shown)

    def cells(self, line: int) -> Sequence[Cell]:
        one = self._shown[line]
        row = one.row
        good = row.quality == "good"
        tone = "" if good else "bad" if one.is_bad else "uncertain"
        chosen = "▸" if one.key in self.marked else ""
        cells: list[Cell] = [
            (one.mark, tone or "quiet"),
            (f"{chosen}{one.name}", ""),
            (one.text, "struck" if one.is_bad else tone or "strong"),
            (one.age(self._clock() if self._held is None else self._held), "quiet" if good else tone),
            (sparkline([value for _, value in one.trace], TREND).rjust(TREND), "quiet"),
            (row.type, "quiet"),
            (row.raw, "quiet"),
            (one.worth, tone or "quiet"),
        ]
        if _UNITS in self.columns:
            cells.insert(3, (row.unit_of_measure, "quiet"))
        return cells
