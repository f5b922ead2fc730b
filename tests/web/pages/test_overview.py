from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Dashboard, Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_what_is_wrong_is_seen_at_once(opened: Opening) -> None:
    async with opened("/") as page:
        tiles = page.locator(".p5-tile")
        await expect(tiles.nth(0)).to_contain_text("3\npoints good", use_inner_text=True)
        await expect(tiles.nth(3)).to_contain_text("1\ndevices offline", use_inner_text=True)
        await expect(tiles.nth(3)).to_contain_class("is-critical")
        await expect(page.locator(".p5-rows")).to_contain_text("meter does not answer")
        first = page.locator(".p5-node").first
        await expect(first).to_contain_text("dead-meter")
        await expect(first).to_contain_text("■ not connected")


async def test_an_alarm_comes_and_goes_without_a_reload(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/") as page:
        await expect(page.locator(".p5-header")).to_contain_text("1 alarm")
        dashboard.set(0, 505)
        try:
            await expect(page.locator(".p5-rows")).to_contain_text("Pump runs at 50.5 Hz")
            await expect(page.locator(".p5-header")).to_contain_text("2 alarms")
        finally:
            dashboard.set(0, 481)
        await expect(page.locator(".p5-rows")).to_contain_text("returned")


@pytest.mark.parametrize("size", ["desktop", "panel", "phone"])
async def test_nothing_is_cut_at_any_size(opened: Opening, size: str) -> None:
    async with opened("/", size=size) as page:
        await page.locator(".p5-node").first.wait_for()
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
