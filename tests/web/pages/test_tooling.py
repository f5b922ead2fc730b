from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_one_goes_from_tool_to_tool(opened: Opening) -> None:
    async with opened("/tools") as page:
        for word in ("Encode", "Explain", "Maps", "Decode"):
            await page.locator(".p5-subnav").get_by_role("link", name=word).click()
            await expect(page.locator(".p5-subnav a[aria-current=page]")).to_have_text(word)
            await expect(page.locator(".p5-nav a[aria-current=page]")).to_have_text("Tools")
