from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.web.pages.conftest import Dashboard, Opening
from tests.web.pages.entering import device_of, enter

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_a_device_of_the_site_is_asked_only_beside_it(opened: Opening, dashboard: Dashboard) -> None:
    async with opened() as page:
        await enter(page, dashboard, "eve", f"/tools/identify?target={device_of(dashboard)}")
        await page.get_by_role("button", name="Identify").click()
        await expect(page.get_by_text("the running site keeps a connection")).to_be_visible()
        await page.get_by_label("Host").fill("@pump")
        await page.get_by_role("button", name="Identify").click()
        await expect(page.get_by_text("keeps the connection of @pump")).to_be_visible()
        await page.get_by_label("Host").fill(device_of(dashboard))
        await page.get_by_text("Beside the running site", exact=True).click()
        await page.get_by_label("Host").press("Enter")
        await expect(page.get_by_text("port502 device", exact=True)).to_be_visible()
        await expect(page.locator(".p5-found")).to_contain_text("◆ unknown")
        await expect(page.locator(".p5-found")).to_contain_text("3 read holding registers")
        async with page.expect_download() as coming:
            await page.get_by_role("button", name="JSON").click()
        assert (await coming.value).suggested_filename == "device.json"
        found = await Axe().run(page, context="#main", options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert found.violations_count == 0, found.generate_report()
