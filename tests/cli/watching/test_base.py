"""What both screens have in common."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

from port502.cli.watching.base import DARK, LIGHT, WatchApp, every, light_ground
from port502.cli.watching.dialogs import Help
from tests.cli.watching.conftest import until


class Shell(WatchApp):
    HELP = "the keys [and more"

    def compose(self) -> ComposeResult:
        yield Static("here")


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("ctrl+c", 130), ("ctrl+q", 130)])
async def test_it_ends_at_once_with_its_code(key: str, code: int) -> None:
    app = Shell()
    async with app.run_test() as pilot:
        await pilot.press(key)
    assert app.return_value == code


async def test_help_is_a_key_away_and_ctrl_c_works_there_too() -> None:
    app = Shell()
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)
        await pilot.press("question_mark", "ctrl+c")
    assert app.return_value == 130


async def test_it_ends_by_itself_after_its_time() -> None:
    app = Shell(seconds=0.01)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == 0


async def test_it_fits_the_ground_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORFGBG", "0;15")
    app = Shell()
    assert app.theme == LIGHT.name
    async with app.run_test() as pilot:
        await pilot.press("D")
        assert app.theme == DARK.name
        app.tell("evil [b]\x1b[31m", wrong=True)
        await pilot.pause()
    assert [light_ground(one) for one in ("15;0", "0;7", "", "0;default;15", "nonsense")] == [
        False,
        True,
        False,
        True,
        False,
    ]


async def test_work_is_done_until_it_is_over_and_at_once_when_woken() -> None:
    done: list[float] = []
    wake = asyncio.Event()

    async def work() -> bool:
        done.append(asyncio.get_running_loop().time())
        return len(done) == 3

    task = asyncio.ensure_future(every(lambda: 3600.0, work, wake))
    async with asyncio.timeout(10):
        for _ in range(2):
            count = len(done)
            while len(done) == count:
                wake.set()
                await asyncio.sleep(0)
        await task
    assert len(done) == 3
