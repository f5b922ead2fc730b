from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_a_curve_its_url_and_its_csv(opened: Opening, tmp_path: Path) -> None:
    async with opened("/trends?point=pump.speed&point=pump.nothing") as page:
        await expect(page.locator(".p5-points")).to_contain_text("samples")
        await expect(page.locator(".p5-chart canvas")).to_be_visible()
        await expect(page.locator(".q-chip")).to_have_count(1)
        await page.get_by_label("The last").click()
        await page.get_by_role("option", name="2 hours").click()
        await expect(page.locator(".p5-points")).to_contain_text("each the mean of 7.2 s")
        assert page.url.endswith("/trends?point=pump.speed&range=2h")
        async with page.expect_download() as download:
            await page.get_by_role("button", name="CSV").click()
        path = tmp_path / "trend.csv"
        await (await download.value).save_as(path)
        lines = path.read_text().splitlines()
        assert lines[0] == "time,point,value,quality,reason"
        assert "pump.speed,48.1,good" in lines[-1]


async def test_around_an_alarm_and_without_a_point(opened: Opening) -> None:
    async with opened("/trends?point=pump.speed&around=1700000000") as page:
        await expect(page.locator(".p5-points")).to_contain_text(
            "2023-11-14 22:03:20 to 2023-11-14 22:23:20 UTC, 0 samples"
        )
    async with opened("/trends", size="phone") as page:
        await expect(page.locator(".p5-points")).to_contain_text("Choose one or more points.")
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
