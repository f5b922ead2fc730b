from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Dashboard, Opening
from tests.web.pages.entering import device_of, enter

pytestmark = [pytest.mark.interop, pytest.mark.slow]


@pytest.mark.parametrize("path", ["/tools/identify", "/tools/doctor", "/tools/scan"])
async def test_who_may_not_ask_devices_is_told_so(opened: Opening, dashboard: Dashboard, path: str) -> None:
    async with opened(path) as page:
        await expect(page.locator(".p5-main")).to_contain_text("needs the role engineer")
        await expect(page.locator(".p5-main").get_by_role("link", name="Log in")).to_be_visible()
        await enter(page, dashboard, "ann", path)
        await expect(page.locator(".p5-main")).to_contain_text("ann is operator")
        assert await page.locator(".p5-main input").count() == 0


async def test_a_look_is_cancelled_and_shows_what_was_found(opened: Opening, dashboard: Dashboard) -> None:
    async with opened() as page:
        await enter(page, dashboard, "eve", "/tools/scan")
        await page.get_by_label("Addresses").fill("127.2.0.0/16")
        await expect(page.get_by_text("65,534 addresses: at most")).to_be_visible()
        await page.get_by_role("button", name="Scan", exact=True).click()
        await expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        await page.reload()
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_text("Ended early")).to_be_visible()
        await expect(page.get_by_text("0 devices, 0 units")).to_be_visible()
        await page.get_by_label("Addresses").fill("127.2.0.1")
        await page.get_by_label("Ports").fill(device_of(dashboard).rpartition(":")[2])
        await expect(page.get_by_text("1 address: at most")).to_be_visible()
