"""The table of what passes on the connection: each request with its answer, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from port502.cli.watching.fitting import Column
from port502.cli.watching.grid import Cell, Grid
from port502.site.overheard import Overheard


class TrafficTable(Grid):
    """Exchanges in words."""

    columns = (
        Column("time", 12, need=60),
        Column("unit", 4, right=True),
        Column("request", 20, grows=1),
        Column("answer", 20, grows=2),
        Column("took", 8, right=True),
    )
    nothing = "nothing has passed since you look"

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._exchanges: Sequence[Overheard] = ()

    def show(self, exchanges: Sequence[Overheard]) -> None:
        """Show these, given the oldest first."""
        self._exchanges = exchanges
        self.renew()

    def lines(self) -> int:
        return len(self._exchanges)

    def cells(self, line: int) -> Sequence[Cell]:
        one = self._exchanges[-1 - line]
        clock = datetime.fromtimestamp(one.time, UTC).strftime("%H:%M:%S.%f")[:12]
        took = "" if one.took_ms is None else f"{one.took_ms:.1f} ms"
        return (
            (clock, "quiet"),
            ("" if one.unit is None else str(one.unit), "quiet"),
            (one.asked, ""),
            (f"■ {one.answered}" if one.wrong else one.answered, "bad" if one.wrong else ""),
            (took, "quiet"),
        )
