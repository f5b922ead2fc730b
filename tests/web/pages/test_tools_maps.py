from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_a_map_is_found_and_its_points_are_read_and_kept(opened: Opening) -> None:
    async with opened("/tools/maps") as page:
        await page.get_by_label("Search").fill("eastron sdm630")
        await page.locator(".p5-item", has_text="eastron/sdm630").click()
        await expect(page.locator(".p5-table")).to_contain_text("voltage_l1")
        await page.get_by_label("Find a point").fill("30003")
        await expect(page.locator(".p5-table tbody tr")).to_have_count(1)
        await page.wait_for_url("**points=30003**")
        async with page.expect_download() as coming:
            await page.get_by_role("button", name="CSV").click()
        coming_file = await coming.value
        assert coming_file.suggested_filename == "eastron-sdm630.csv"
