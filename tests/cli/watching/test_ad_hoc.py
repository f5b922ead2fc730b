"""The screen for a target without a site file, on real devices."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from port502.cli.watching.dialogs import AskText, Confirm
from port502.cli.watching.scan_screen import ScanScreen
from port502.server import Server
from port502.service.device import Device
from tests.cli.watching.conftest import picture, screen, typed, until

pytestmark = pytest.mark.slow


def shows(app: object, *parts: str) -> bool:
    found = picture(app.table)  # type: ignore[attr-defined]
    return all(part in found for part in parts)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 10), (200, 60)])
async def test_values_and_traffic_are_seen(boiler: tuple[Device, str], size: tuple[int, int]) -> None:
    async with screen(boiler[1], "holding:0*3", "40301/float32:cdab", size=size) as (app, pilot):
        await until(pilot, lambda: shows(app, "holding:0", "30", "21.5"))
        assert "unit 1" in picture(app.query_one("#head"))
        boiler[0].holding[0] = 77
        await until(pilot, lambda: shows(app, "77"))
        if size[1] >= 20:
            await until(pilot, lambda: "= 77 20 30" in picture(app._traffic))


async def test_references_are_added_changed_and_removed(boiler: tuple[Device, str]) -> None:
    async with screen(boiler[1], size=(200, 50)) as (app, pilot):
        await pilot.press("a")
        await typed(pilot, "nonsense")
        assert isinstance(app.screen, AskText)
        app.screen.query_one(Input).value = ""
        await typed(pilot, "holding:300*2 coil:3")
        await until(pilot, lambda: shows(app, "holding:300", "holding:301", "coil:3", "off"))
        await pilot.press("home", "t", "t", "t", "t", "o")
        await until(pilot, lambda: shows(app, "holding:300/float32:cdab", "21.5"))
        await pilot.press("T")
        await until(pilot, lambda: shows(app, "holding:300/int32:cdab"))
        await until(pilot, lambda: "int32   cdab  1101791232" in str(app._texts["meanings-text"].render()))
        await pilot.press("end", "t", "x")
        assert [one.wanted.ref for one in app.book.entries] == ["holding:300/int32:cdab", "holding:301"]


async def test_nothing_is_written_without_a_yes(boiler: tuple[Device, str]) -> None:
    device, url = boiler
    async with screen(url, "holding:0", "input:0") as (app, pilot):
        await until(pilot, lambda: shows(app, "10"))
        for answer in ("n", "escape", "enter"):
            await pilot.press("w")
            await until(pilot, lambda: isinstance(app.screen, AskText))
            await typed(pilot, "42")
            await until(pilot, lambda: isinstance(app.screen, Confirm))
            facts = str(app.screen.query_one(".facts", Static).render())
            for part in ("10", "42", "002A", "6, write single register"):
                assert part in facts
            await pilot.press(answer)
            await until(pilot, lambda: not app.screen.is_modal)
        assert device.holding[0] == 10
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await typed(pilot, "65536")
        assert isinstance(app.screen, AskText)
        app.screen.query_one(Input).value = ""
        await typed(pilot, "42")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: shows(app, "42"))
        assert device.holding[0] == 42
        await pilot.press("down", "w")
        await until(pilot, lambda: isinstance(app.screen, AskText))
        await typed(pilot, "5")
        assert "cannot be written" in str(app.screen.query_one(".fault", Static).render())


async def test_a_device_that_dies_and_returns(boiler: tuple[Device, str]) -> None:
    device = Device(holding={0: [10]})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        url = server.url
    async with screen(url, "holding:0") as (app, pilot):
        await until(pilot, lambda: app.book.fault)
        await until(pilot, lambda: "refused" in picture(app.query_one("#fault")))
        assert shows(app, "?", "bad")
        async with Server(device, url):
            await until(pilot, lambda: shows(app, "10", "good"))
            assert not app.query_one("#fault").has_class("-some")
        await until(pilot, lambda: shows(app, "bad"))
        assert shows(app, "10")
        async with Server(device, url):
            await until(pilot, lambda: shows(app, "good"))
        await pilot.press("q")
    assert app.return_value == 0


async def test_pause_asks_nothing(boiler: tuple[Device, str]) -> None:
    async with screen(boiler[1], "holding:0", interval=0.02) as (app, pilot):
        await until(pilot, lambda: app.book.tally.polls > 2)
        await pilot.press("p")
        await until(pilot, lambda: "PAUSED" in picture(app.query_one("#head")))
        before = boiler[0].counters.bus_messages
        for _ in range(200):
            await pilot.pause()
        assert boiler[0].counters.bus_messages == before
        await pilot.press("p")
        await until(pilot, lambda: boiler[0].counters.bus_messages > before)


async def test_addresses_found_are_watched(boiler: tuple[Device, str]) -> None:
    async with screen(boiler[1], "holding:0") as (app, pilot):
        await pilot.press("s")
        assert isinstance(app.screen, ScanScreen)
        app.screen.query_one(Input).value = "holding:290..310"
        await pilot.press("enter")
        hint = app.screen.query_one(".hint", Static)
        await until(pilot, lambda: "2 of 21" in str(hint.render()))
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "holding:300", "holding:301"))


@pytest.mark.slow
async def test_five_hundred_references_and_a_terminal_that_changes_its_size() -> None:
    device = Device(holding={range(500): 7})
    async with (
        Server(device, "tcp://127.0.0.1:0") as server,
        screen(server.url, "holding:0*500", interval=0.1, size=(80, 24)) as (app, pilot),
    ):
        await until(pilot, lambda: app.book.tally.polls > 2)
        await pilot.press("end")
        await until(pilot, lambda: shows(app, "holding:499"))
        for size in ((120, 40), (20, 5), (300, 100), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await until(pilot, lambda: shows(app, "holding:499", "7"))
        await pilot.press("r", "f", "f", "r", "ctrl+c")
    assert app.return_value == 130


async def test_so_many_polls_and_no_more(boiler: tuple[Device, str]) -> None:
    async with screen(boiler[1], "holding:0", interval=0.02) as (app, pilot):
        app._samples = 3
        await until(pilot, lambda: app.return_value is not None)
    assert (app.return_value, app.book.tally.polls) == (0, 3)
