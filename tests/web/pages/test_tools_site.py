from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.web.pages.conftest import Dashboard, Opening
from tests.web.pages.entering import enter

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def write_above(page: Page, text: str) -> None:
    await page.locator(".cm-content").click()
    await page.keyboard.press("Control+Home")
    await page.keyboard.type(text, delay=60)  # slowly enough for checks to come in between


async def test_a_draft_is_checked_planned_and_compared_as_it_is_typed(
    opened: Opening, dashboard: Dashboard
) -> None:
    before = dashboard.site.read_text()
    async with opened(dark=True) as page:
        await enter(page, dashboard, "eve", "/tools/site")
        main = page.locator(".p5-main")
        await expect(main).to_contain_text("● well")
        await expect(page.locator(".p5-table")).to_contain_text("plc")
        await write_above(page, "# a remark\ncolections: 1\n")
        await expect(main).to_contain_text("did you mean 'connections'?")
        await expect(page.get_by_role("button", name="line 2:1")).to_be_visible()
        await expect(page.locator(".p5-faulty-line")).to_contain_text("colections")
        await expect(page.locator(".p5-diff .is-new").first).to_have_text("+# a remark")
        await expect(page.get_by_role("button", name="Apply")).to_be_disabled()
        ground = "getComputedStyle(document.querySelector('.cm-editor')).backgroundColor"
        await page.wait_for_function(f"{ground} !== 'rgb(255, 255, 255)'")
        for _ in range(len("colections: 1\n")):
            await page.keyboard.press("Backspace")
        await expect(main).to_contain_text("● well")
        await expect(page.get_by_role("button", name="Apply")).to_be_disabled()  # an engineer may not
        found = await Axe().run(page, context="#main", options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert found.violations_count == 0, found.generate_report()
    assert dashboard.site.read_text() == before


async def test_an_admin_applies_it_after_a_question(opened: Opening, dashboard: Dashboard) -> None:
    before = dashboard.site.read_text()
    async with opened(size="phone") as page:
        await enter(page, dashboard, "zoe", "/tools/site")
        await expect(page.locator(".p5-main")).to_contain_text("● well")
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
        await write_above(page, "# another remark\n")
        try:
            apply = page.locator("#main").get_by_role("button", name="Apply")
            await apply.click()
            await page.get_by_role("dialog").get_by_role("button", name="Back").click()
            assert dashboard.site.read_text() == before
            await expect(page.get_by_role("dialog")).to_have_count(0)
            await apply.click()
            await page.get_by_role("dialog").get_by_role("button", name="Apply").click()
            await expect(page.get_by_text("The site runs with this file now.")).to_be_visible()
            assert dashboard.site.read_text() == f"# another remark\n{before}"
            await expect(page.locator(".p5-diff")).to_have_count(0)
            await expect(page.get_by_role("button", name="Apply")).to_be_disabled()
        finally:
            dashboard.site.write_text(before)
