"""The screen for a running site, on a real one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from port502.cli.watching.site_app import SiteApp
from port502.cli.watching.site_feed import SiteFeed
from port502.service.device import Device
from port502.site.control import control_path
from port502.site.running import Running
from tests.cli.watching.conftest import picture, typed, until

pytestmark = pytest.mark.slow


@pytest.fixture
def app(site: tuple[Device, Running], tmp_path: Path) -> SiteApp:
    return SiteApp(SiteFeed(control_path(tmp_path / "data")), interval=0.05)


async def test_points_are_live_and_freeze(app: SiteApp, site: tuple[Device, Running]) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: "48.1" in picture(app.table))
        shown = picture(app.table)
        for part in ("pump.speed", "Hz", "01E1", "good", "meter.power", "bad", "?"):
            assert part in shown
        assert "5 points" in picture(app.query_one("#head"))
        site[0].holding[0] = 333
        await until(pilot, lambda: "33.3" in picture(app.table))
        await pilot.press("f")
        site[0].holding[0] = 444
        await until(pilot, lambda: "FROZEN" in picture(app.query_one("#head")))
        turns = app.turns
        await until(pilot, lambda: app.turns > turns + 3)
        assert "33.3" in picture(app.table)
        await pilot.press("f")
        await until(pilot, lambda: "44.4" in picture(app.table))


async def test_connections_lead_to_their_traffic(app: SiteApp) -> None:
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: "ready" in picture(app.links))
        assert "gone" in picture(app.links)
        await pilot.press("enter")
        assert app.tab == "traffic"
        await until(pilot, lambda: "= 333" in picture(app.exchanges) or "= 481 7" in picture(app.exchanges))
        await pilot.press("n")
        assert app.tap is not None
        assert app.tap.connection == "gone"
        await until(pilot, lambda: "gone" in picture(app.query_one("#which")))


async def test_alarms_are_acknowledged_and_shelved_with_a_comment(
    app: SiteApp, site: tuple[Device, Running]
) -> None:
    def state(alarm: str) -> object:
        return next(one for one in site[1].alarms.states() if one.alarm == alarm)

    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("4")
        await until(pilot, lambda: "It runs at" in picture(app.alarms))
        assert "Alarms (1)" in app._alarm_tab.label_text
        await pilot.press("a")
        await typed(pilot, "seen")
        await until(pilot, lambda: state("fast").state == "acknowledged")  # type: ignore[attr-defined]
        await pilot.press("s")
        app.screen.query_one(Input).value = ""
        await typed(pilot, "soon")
        app.screen.query_one(Input).value = ""
        await typed(pilot, "5m service")
        await until(pilot, lambda: state("fast").shelved_until)  # type: ignore[attr-defined]
        await until(pilot, lambda: "shelved" in picture(app.alarms))
        await pilot.press("end", "u")
        await until(pilot, lambda: not state("fast").shelved_until)  # type: ignore[attr-defined]
        await pilot.press("q")
    assert app.return_value == 0


async def test_keys_belong_to_their_tab(app: SiteApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.turns)
        await pilot.press("a", "s", "n")
        assert not app.screen.is_modal
        await pilot.press("4", "f", "l")
        assert not app.frozen
        assert not app.screen.is_modal


async def test_a_site_that_stops_is_said_at_once(app: SiteApp, site: tuple[Device, Running]) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "48.1" in picture(app.table))
        await site[1].stop()
        await until(pilot, lambda: "does not run" in picture(app.query_one("#fault")))
        await until(pilot, lambda: "good" not in picture(app.table))
        assert "48.1" in picture(app.table)
        await pilot.press("ctrl+c")
    assert app.return_value == 130
