from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.peers.ports import free_port
from tests.web.pages.conftest import Dashboard, Opening
from tests.web.pages.entering import enter

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_the_verdict_stands_first_and_the_report_can_be_sent(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened(size="phone") as page:
        await enter(page, dashboard, "eve", f"/tools/doctor?target=127.0.0.1:{free_port()}")
        await page.get_by_role("button", name="Examine").click()
        await expect(page.get_by_role("link", name="TCP.REFUSED_RST")).to_be_visible()
        await expect(page.locator(".p5-found")).to_contain_text("■ fault")
        await expect(page.locator(".p5-found")).to_contain_text("Do: ")
        await expect(page.locator(".p5-found")).to_contain_text("What was done")
        async with page.expect_download() as coming:
            await page.get_by_role("button", name="Report").click()
        path = await (await coming.value).path()
        assert "TCP.REFUSED_RST" in path.read_text()
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
        found = await Axe().run(page, context="#main", options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert found.violations_count == 0, found.generate_report()
