"""Addresses searched on the screen."""

from __future__ import annotations

from textual.widgets import Input, ProgressBar, Static

from port502.cli.target import Asked, peer_for
from port502.cli.watching.base import WatchApp
from port502.cli.watching.scan_screen import FoundTable, ScanScreen
from port502.service.device import Device
from tests.cli.watching.conftest import picture, typed, until


async def test_what_answers_is_found_and_given_back(boiler: tuple[Device, str]) -> None:
    app = WatchApp()
    answers: list[str | None] = []
    async with peer_for(Asked(boiler[1])) as peer, app.run_test(size=(80, 24)) as pilot:
        app.push_screen(ScanScreen(peer, "nonsense"), answers.append)
        await pilot.pause()
        screen = app.screen
        await pilot.press("enter")
        assert "nonsense" in str(screen.query_one(".fault", Static).render())
        screen.query_one(Input).value = ""
        await typed(pilot, "holding:0*310")
        hint = screen.query_one(".hint", Static)
        await until(pilot, lambda: "5 of 310 addresses answer" in str(hint.render()))
        assert screen.query_one(ProgressBar).percentage == 1.0
        shown = picture(screen.query_one(FoundTable))
        assert "holding:0*3" in shown
        assert "40301" in shown
        assert "10 20 30" in shown
        await pilot.press("down", "enter")
        assert answers == ["holding:300*2"]


async def test_a_search_ends_when_the_screen_does(boiler: tuple[Device, str]) -> None:
    app = WatchApp()
    answers: list[str | None] = []
    async with peer_for(Asked(boiler[1])) as peer, app.run_test(size=(80, 24)) as pilot:
        app.push_screen(ScanScreen(peer, "holding:0..65535"), answers.append)
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: boiler[0].counters.bus_messages > 10)
        await pilot.press("escape")
        await pilot.pause()
        assert answers == [None]
        assert not list(app.workers)
