from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_a_frame_is_built_as_it_is_described(opened: Opening) -> None:
    async with opened("/tools/encode") as page:
        bytes_ = page.locator(".p5-copied")
        await expect(bytes_).to_have_text("00 01 00 00 00 06 01 03 00 6b 00 03")
        await page.get_by_label("Arguments").fill("0 2")
        await expect(bytes_).to_have_text("00 01 00 00 00 06 01 03 00 00 00 02")
        await page.get_by_label("Arguments").fill("0 9999")
        await expect(page.locator(".p5-said").first).to_contain_text("■ wrong")
        await page.get_by_label("Arguments").fill("0 2")
        await page.get_by_label("Framing").click()
        await page.get_by_role("option", name="RTU").click()
        await expect(bytes_).to_have_text("01 03 00 00 00 02 c4 0b")
        await page.wait_for_url("**framing=rtu**")
