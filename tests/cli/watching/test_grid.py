"""A table of any length, of which only what is on the screen is made."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from port502.cli.watching.base import WatchApp
from port502.cli.watching.fitting import Column
from port502.cli.watching.grid import Cell, Grid
from tests.cli.watching.conftest import picture, until


class Numbers(Grid):
    columns = (Column("number", 8, right=True), Column("name", 10, grows=1))

    def __init__(self, many: int) -> None:
        super().__init__()
        self.many = many
        self.made = 0

    def lines(self) -> int:
        return self.many

    def cells(self, line: int) -> Sequence[Cell]:
        self.made += 1
        return (str(line), "quiet"), (f"name {line}", "struck" if line == 1 else "")


class Shell(WatchApp):
    def __init__(self, many: int) -> None:
        super().__init__()
        self.many = many

    def compose(self) -> ComposeResult:
        self.grid = Numbers(self.many)
        yield self.grid


async def test_the_keys_move_through_a_hundred_thousand_lines() -> None:
    app = Shell(100_000)
    async with app.run_test(size=(40, 10)) as pilot:
        grid = app.grid
        grid.focus()
        grid.renew()
        await pilot.pause()
        assert picture(grid).splitlines()[0].split() == ["number", "name"]
        assert "name 8" in picture(grid)
        await pilot.press("down", "down", "up")
        assert grid.cursor == 1
        await pilot.press("end")
        await until(pilot, lambda: "name 99999" in picture(grid))
        await pilot.press("down")
        assert grid.cursor == 99_999
        await pilot.press("pageup", "home")
        await until(pilot, lambda: "name 0" in picture(grid))
        assert grid.made < 2000


async def test_a_struck_value_is_struck_and_the_blanks_beside_it_are_not() -> None:
    app = Shell(3)
    async with app.run_test(size=(40, 10)) as pilot:
        app.grid.renew()
        await pilot.pause()
        struck = [one.text for one in app.grid.render_line(2) if one.style is not None and one.style.strike]
        assert struck == ["name 1"]
        await pilot.click(Numbers, offset=(3, 3))
        assert app.grid.cursor == 2


async def test_the_cursor_stays_where_there_are_lines() -> None:
    app = Shell(5)
    async with app.run_test(size=(40, 10)) as pilot:
        app.grid.focus()
        await pilot.press("end")
        app.grid.many = 2
        app.grid.renew()
        assert app.grid.cursor == 1
        app.grid.many = 0
        app.grid.renew()
        assert app.grid.cursor == 0
        await pilot.pause()
        assert "nothing here" in picture(app.grid)
        await pilot.resize_terminal(12, 3)
        await until(pilot, lambda: app.grid.size.width <= 12)
