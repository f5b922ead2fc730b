"""What both screens do with their table of values; shown on the one for a target."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from textual.widgets import Input

from port502.cli.watching.chart_screen import ChartScreen
from port502.cli.watching.values_app import seconds_in
from port502.errors import UsageError
from port502.service.device import Device
from tests.cli.watching.conftest import picture, screen, typed, until

pytestmark = pytest.mark.slow


async def test_typing_filters_and_escape_shows_all(boiler: tuple[Device, str]) -> None:
    async with screen(boiler[1], "holding:0*3", "coil:0*3") as (app, pilot):
        await pilot.press("slash", *"coil")
        assert [one.name for one in app.table.shown] == ["coil:0", "coil:1", "coil:2"]
        await pilot.press("enter", "down", "q")
        assert app.table.cursor == 1
    assert app.return_value == 0
    async with screen(boiler[1], "holding:0*3", "coil:0") as (app, pilot):
        await pilot.press("slash", *"coil")
        await pilot.press("escape")
        assert len(app.table.shown) == 4
        assert not app.query_one("#filter", Input).has_class("-some")
        assert app.table.has_focus


async def test_only_what_is_not_good(boiler: tuple[Device, str]) -> None:
    async with screen(boiler[1], "holding:0*3", "holding:999") as (app, pilot):
        await until(pilot, lambda: app.book.tally.polls > 1)
        await pilot.press("b")
        assert [one.name for one in app.table.shown] == ["holding:999"]
        await pilot.press("b")
        assert len(app.table.shown) == 4


async def test_values_are_written_down_until_it_is_enough(boiler: tuple[Device, str], tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    async with screen(boiler[1], "holding:0*2") as (app, pilot):
        await pilot.press("l")
        app.screen.query_one(Input).value = str(tmp_path / "no" / "log.csv")
        await pilot.press("enter")
        assert app.log_file is None
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        log = app.log_file
        assert log is not None
        await until(pilot, lambda: log.rows >= 6)
        assert "log log.csv" in picture(app.query_one("#head"))
        await pilot.press("l")
        assert app.log_file is None
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == log.rows
    assert {(row["ref"], row["value"]) for row in rows} == {("holding:0", "10"), ("holding:1", "20")}
    assert path.stat().st_mode & 0o777 == 0o600


async def test_chart_copy_and_interval(boiler: tuple[Device, str]) -> None:
    async with screen(boiler[1], "holding:0*3") as (app, pilot):
        await pilot.press("space", "space", "c")
        assert isinstance(app.screen, ChartScreen)
        await pilot.press("escape", "y")
        assert app.clipboard.count("\n") == 4
        await pilot.press("i")
        app.screen.query_one(Input).value = ""
        await typed(pilot, "0.25")
        assert app.interval == 0.25


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "nan", "1e9"])
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(UsageError, match="no interval"):
        seconds_in(text)
