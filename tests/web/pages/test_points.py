from __future__ import annotations

import pytest
from playwright.async_api import expect

from port502.web.pages.points import csv_of
from port502.web.points import PointInfo
from port502.web.station import PointNow
from tests.web.pages.conftest import Dashboard, Opening


def test_csv_has_plain_numbers_and_quotes_what_needs_it() -> None:
    infos = {name: PointInfo(name, "a", "c", 1, unit_of_measure="W") for name in ("a.b", 'a."x"')}
    values = [
        PointNow("a.b", 123456.0, "good", "", 0.0, 0.0),
        PointNow('a."x"', None, "bad", "no, answer", 1.0, 0.0),
    ]
    assert csv_of(values, infos).splitlines() == [
        "point,value,unit,quality,reason,time",
        "a.b,123456.0,W,good,,1970-01-01T00:00:00.000Z",
        '"a.""x""",,W,bad,"no, answer",1970-01-01T00:00:01.000Z',
    ]


@pytest.mark.interop
@pytest.mark.slow
async def test_points_are_found_shown_struck_and_kept_in_the_url(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened("/points") as page:
        await expect(page.locator(".p5-points")).to_contain_text("5 points")
        heads = await page.get_by_role("columnheader").all_inner_texts()
        assert heads[:5] == ["point, where it is read", "value", "quality", "age", "registers"]
        row = page.locator(".p5-point", has_text="40001")
        await expect(row).to_contain_text("48.1 Hz")
        await expect(row).to_contain_text("● good")
        await expect(row).to_contain_text("01E1")
        dashboard.set(0, 470)
        await expect(row).to_contain_text("47 Hz", timeout=3000)
        dashboard.set(0, 481)
        broken = page.locator(".p5-point", has_text="pump.broken")
        await expect(broken.locator(".p5-bad")).to_have_text("no value")
        await expect(broken).to_contain_text("■ bad")
        await expect(broken).to_contain_text("illegal data address")
        await page.get_by_label("Find").fill("40001")
        rows = page.locator(".p5-point")
        await expect(rows).to_have_count(1)
        assert page.url.endswith("?q=40001")
        await page.reload()
        await expect(rows).to_have_count(1)


@pytest.mark.interop
@pytest.mark.slow
async def test_frozen_values_stand_still(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/points?q=40001") as page:
        row = page.locator(".p5-point")
        await expect(row).to_contain_text("48.1 Hz")
        await page.get_by_text("Freeze").click()
        dashboard.set(0, 460)
        try:
            await expect(page.locator(".p5-points")).to_contain_text("1 point, frozen at")
            await expect(row).to_contain_text("48.1 Hz")
            await page.get_by_text("Freeze").click()
            await expect(row).to_contain_text("46 Hz")
        finally:
            dashboard.set(0, 481)


@pytest.mark.interop
@pytest.mark.slow
@pytest.mark.parametrize("size", ["panel", "phone"])
async def test_nothing_is_cut_at_any_size(opened: Opening, size: str) -> None:
    async with opened("/points", size=size) as page:
        await page.locator(".p5-point").first.wait_for()
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
