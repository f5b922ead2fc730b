from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.web.pages.conftest import Dashboard, Opening
from tests.web.serving import PASSWORD

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def log_in(page: Page, dashboard: Dashboard) -> None:
    await page.goto(f"{dashboard.url}/login")
    await page.get_by_label("Name").fill("ann")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{dashboard.url}/")
    await page.goto(f"{dashboard.url}/alarms")


async def test_an_alarm_is_seen_acknowledged_shelved_and_told(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/alarms") as page:
        await log_in(page, dashboard)
        dashboard.set(0, 505)
        try:
            row = page.locator(".p5-alarm", has_text="Pump runs at 50.5 Hz")
            await expect(row).to_contain_text("▲ high")
            await row.get_by_role("button", name="Acknowledge").click()
            await page.get_by_label("Comment").fill("on my way")
            await page.keyboard.press("Enter")
            await expect(row).to_contain_text("seen by ann, “on my way”")
            await expect(row.get_by_role("button", name="Acknowledge")).to_have_count(0)
            await expect(row.get_by_role("link", name="Trend")).to_be_visible()
            await row.get_by_role("button", name="Shelve").click()
            await page.get_by_role("dialog").get_by_role("button", name="Shelve").click()
            await expect(row).to_contain_text("shelved by ann until")
            await row.get_by_role("button", name="Unshelve").click()
            await expect(row).not_to_contain_text("shelved")
        finally:
            dashboard.set(0, 481)
        happened = page.locator(".p5-event", has_text="on my way").first
        await expect(happened).to_contain_text("acknowledged", timeout=15_000)


async def test_the_alarm_of_a_device_leads_to_it(opened: Opening) -> None:
    async with opened("/alarms") as page:
        row = page.locator(".p5-alarm", has_text="gone/meter")
        await expect(row).to_contain_text("unacknowledged")
        await row.get_by_role("link", name="Device").click()
        await page.wait_for_url("**/connection/dead-meter?device=meter")


async def test_who_may_only_look_finds_no_button(opened: Opening) -> None:
    async with opened("/alarms") as page:
        await expect(page.locator(".p5-alarm").first).to_be_visible()
        for word in ("Acknowledge", "Shelve"):
            await expect(page.get_by_role("button", name=word)).to_have_count(0)


@pytest.mark.parametrize("size", ["panel", "phone"])
async def test_nothing_is_cut_at_any_size(opened: Opening, size: str) -> None:
    async with opened("/alarms", size=size) as page:
        await page.locator(".p5-alarm").first.wait_for()
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
