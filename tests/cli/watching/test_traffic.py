"""The table of what passes."""

from __future__ import annotations

from textual.app import ComposeResult

from port502.cli.watching.base import WatchApp
from port502.cli.watching.traffic import TrafficTable
from port502.site.overheard import Overheard
from tests.cli.watching.conftest import picture


class Shell(WatchApp):
    def compose(self) -> ComposeResult:
        self.table = TrafficTable()
        yield self.table


async def test_the_newest_exchange_stands_first() -> None:
    app = Shell()
    async with app.run_test(size=(100, 6)) as pilot:
        await pilot.pause()
        assert "nothing has passed" in picture(app.table)
        app.table.show(
            [
                Overheard(1, 0.5, 7, "read holding registers 0 *2", "= 1 2", 3.25, False, True),
                Overheard(2, 1.0, 7, "read coils 3", "no answer", None, True, True),
            ]
        )
        await pilot.pause()
        _, second, first, *_ = picture(app.table).splitlines()
        assert "read coils 3" in second
        assert "■ no answer" in second
        for part in ("00:00:00.500", "7", "= 1 2", "3.2 ms"):
            assert part in first
