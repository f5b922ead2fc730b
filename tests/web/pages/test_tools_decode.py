from __future__ import annotations

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.web.pages.conftest import Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_bytes_are_explained_as_they_are_pasted_and_kept_in_the_url(opened: Opening) -> None:
    async with opened("/tools") as page:
        await expect(page.locator(".p5-subnav a[aria-current=page]")).to_have_text("Decode")
        await page.get_by_label("Bytes").fill("000100000006 0603006B0003")
        await expect(page.locator(".p5-found")).to_contain_text("holding:107..109 = 40108..40110")
        await expect(page.locator(".p5-found")).to_contain_text("● well")
        await page.get_by_label("Bytes").fill("01 03 00 6B 00 03 74 18 <script>")
        await expect(page.locator(".p5-found")).to_contain_text("■ wrong")
        await page.get_by_label("Bytes").fill("zz")
        await expect(page.locator(".p5-said")).to_contain_text("■ wrong")
        await page.goto(page.url.partition("?")[0])
        await page.get_by_role("button", name="Example").click()
        await expect(page.locator(".p5-found")).to_contain_text("231")
        await expect(page).to_have_url(re.compile("hex="))
        await page.reload()
        await expect(page.locator(".p5-found")).to_contain_text("231")


@pytest.mark.parametrize(
    "path",
    [
        "/tools?hex=01+03+00+6B+00+03+74+18",
        "/tools/encode",
        "/tools/explain?topic=unit-id",
        "/tools/maps?map=eastron/sdm630",
    ],
)
async def test_who_sees_little_or_has_no_mouse_can_use_the_tools(opened: Opening, path: str) -> None:
    for size, dark in (("desktop", False), ("phone", True)):
        async with opened(path, size=size, dark=dark) as page:
            await page.locator(".p5-found").wait_for(state="attached")
            wide = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0
            found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
            assert found.violations_count == 0, found.generate_report()
