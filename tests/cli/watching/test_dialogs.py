"""Small questions over the screen."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from port502.cli.watching.base import WatchApp
from port502.cli.watching.dialogs import AskText, Confirm
from port502.cli.watching.values_app import seconds_in
from tests.cli.watching.conftest import typed


async def test_a_text_that_will_not_do_is_said_and_asked_again() -> None:
    app = WatchApp()
    answers: list[str | None] = []
    async with app.run_test() as pilot:
        app.push_screen(AskText("How [often", "such as 0.5", check=seconds_in), answers.append)
        await pilot.pause()
        await typed(pilot, "x")
        assert "no interval" in str(app.screen.query_one(".fault", Static).render())
        assert not answers
        app.screen.query_one(Input).value = ""
        await typed(pilot, "2.5")
        assert answers == ["2.5"]
        app.push_screen(AskText("Again"), answers.append)
        await pilot.press("escape")
        assert answers == ["2.5", None]


@pytest.mark.parametrize(
    ("keys", "answer"),
    [(["y"], True), (["n"], False), (["escape"], False), (["enter"], False), (["right", "enter"], True)],
)
async def test_only_a_wilful_yes_is_one(keys: list[str], answer: bool) -> None:
    app = WatchApp()
    answers: list[bool | None] = []
    async with app.run_test() as pilot:
        app.push_screen(Confirm("Write?", [("now", "1"), ("new", "evil\x1b[31m")], "Write"), answers.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    assert answers == [answer]
