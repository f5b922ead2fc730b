"""The table of values."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult

from port502.cli.values import COLUMNS, Row
from port502.cli.watching.base import WatchApp
from port502.cli.watching.fitting import BETWEEN, widths
from port502.cli.watching.points import PointsTable
from port502.cli.watching.shown import Shown
from tests.cli.watching.conftest import picture, until

pytestmark = pytest.mark.slow


def value(number: int, name: str, unit: str = "", quality: str = "good", reason: str = "") -> Shown:
    row = Row(
        f"holding:{number}", "holding", number, "uint16", number, (number,), "", name, unit, quality, reason
    )
    one = Shown(str(number), row)
    one.take(row, 100.0)
    return one


class Shell(WatchApp):
    def compose(self) -> ComposeResult:
        self.table = PointsTable(lambda: 103.0)
        yield self.table


async def test_what_is_shown_of_a_value() -> None:
    app = Shell()
    async with app.run_test(size=(150, 8)) as pilot:
        app.table.show(
            [value(7, "pump.speed", "Hz"), value(8, "温度センサー", quality="bad", reason="no answer")]
        )
        await pilot.pause()
        _, speed, heat, *_ = picture(app.table).splitlines()
        for part in ("pump.speed", "7", "Hz", "3.0 s", "0007", "uint16", "good"):
            assert part in speed
        assert "温度センサー" in heat
        assert "8" in heat
        assert "bad: no answer" in heat
        await pilot.resize_terminal(80, 8)
        await until(pilot, lambda: "0007" not in picture(app.table))
        assert "3.0 s" in picture(app.table)


async def test_no_column_for_units_where_nothing_has_one() -> None:
    app = Shell()
    async with app.run_test(size=(80, 8)) as pilot:
        app.table.show([value(7, "a")])
        await pilot.pause()
        assert "unit" not in picture(app.table).splitlines()[0]


async def test_a_filter_keeps_the_cursor_on_its_value() -> None:
    app = Shell()
    async with app.run_test(size=(80, 20)) as pilot:
        values = [value(number, f"pump.{number}") for number in range(30)]
        values[17].fail("no answer", 101.0)
        app.table.show(values)
        app.table.cursor = 17
        app.table.sift("7")
        assert [one.name for one in app.table.shown] == ["pump.7", "pump.17", "pump.27"]
        assert app.table.current is values[17]
        app.table.sift("", only_bad=True)
        assert app.table.shown == [values[17]]
        values[17].take(values[3].row, 102.0)
        app.table.look_again()
        assert app.table.shown == []
        assert app.table.current is None
        assert app.table.chosen() == []
        app.table.sift("")
        assert app.table.total == len(app.table.shown) == 30
        await pilot.pause()


async def test_the_cursor_is_in_sight_when_the_filter_goes() -> None:
    app = Shell()
    async with app.run_test(size=(80, 10)) as pilot:
        app.table.show([value(number, f"pump.{number}") for number in range(500)])
        app.table.sift("pump.4")
        app.table.cursor = 60
        name = app.table.shown[60].name
        app.table.sift("")
        await until(pilot, lambda: name in picture(app.table))


async def test_values_are_marked_and_copied_and_held() -> None:
    app = Shell()
    async with app.run_test(size=(80, 20)) as pilot:
        values = [value(number, f"pump.{number}") for number in range(3)]
        app.table.show(values)
        assert app.table.chosen() == [values[0]]
        app.table.cursor = 1
        app.table.mark()
        assert app.table.cursor == 2
        assert app.table.chosen() == [values[1]]
        lines = app.table.csv().splitlines()
        assert lines[0] == ",".join(COLUMNS)
        assert len(lines) == 4
        app.table.hold(True)
        await pilot.pause()
        assert "3.0 s" in picture(app.table)
        assert len(app.table.in_sight) == 3


async def test_a_value_is_whole_beside_what_its_registers_can_mean() -> None:
    app = Shell()
    async with app.run_test(size=(36, 8)) as pilot:
        app.table.show([value(1234567, "holding:300/uint32", "kWh")])
        await pilot.pause()
        _, line, *_ = picture(app.table).splitlines()
        assert line.rstrip().endswith(" 1234567")


def test_the_columns_fit_into_any_terminal() -> None:
    for units in (False, True):
        columns = [one for one in PointsTable.columns if units or one.title != "unit"]
        for room in range(32, 200):
            shown = [width for width in widths(columns, room) if width]
            assert sum(shown) + BETWEEN * (len(shown) - 1) <= room, (units, room)
