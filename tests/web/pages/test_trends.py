from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from port502.collect.sample import Sample
from port502.web.pages.trends import csv_of
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
        assert "pump.speed,48.1" in lines[-1]


async def test_what_is_looked_at_closely_is_as_fine_as_it_was_kept(opened: Opening) -> None:
    async with opened("/trends?point=pump.speed&range=2h") as page:
        said = page.locator(".p5-points")
        await expect(said).to_contain_text("each the mean of 7.2 s")
        box = await page.locator(".p5-chart canvas").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.4 * box["height"])
        while "zoom=" not in page.url:
            await page.mouse.wheel(0, -200)
        await expect(said).not_to_contain_text("mean of 7.2 s")
        await page.wait_for_url("**/trends?point=pump.speed&range=2h&zoom=*")
    async with opened("/trends?point=pump.speed&range=2h&zoom=99.5-100") as page:
        await expect(page.locator(".p5-points")).to_contain_text(re.compile(r"UTC, [\d,]+ samples$"))
        await page.get_by_label("The last").click()
        await page.get_by_role("option", name="30 minutes").click()
        await page.wait_for_url("**/trends?point=pump.speed&range=30m")


async def test_around_an_alarm_and_without_a_point(opened: Opening) -> None:
    async with opened("/trends?point=pump.speed&around=1700000000") as page:
        await expect(page.locator(".p5-points")).to_contain_text(
            "2023-11-14 22:03:20 to 2023-11-14 22:23:20 UTC, 0 samples"
        )
        await expect(page.get_by_role("switch", name="Live")).not_to_be_checked()
        await page.get_by_role("button", name="Go to now").click()
        await page.wait_for_url("**/trends?point=pump.speed")
        await expect(page.locator(".p5-points")).not_to_contain_text("2023-11-14")
        await expect(page.get_by_role("switch", name="Live")).to_be_checked()
    async with opened("/trends", size="phone") as page:
        await expect(page.locator(".p5-points")).to_contain_text("Choose one or more points.")
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0


def test_csv_quotes_what_needs_it_and_runs_nothing() -> None:
    samples = [
        Sample("a.b", 0.0, 1234567.0),
        Sample("a.b", 1.0, "=cmd()", "uncertain", 'stale, "old"'),
        Sample("a.b", 2.0, None, "bad", "no answer"),
    ]
    lines = csv_of(samples).splitlines()
    assert lines[1] == "1970-01-01T00:00:00.000Z,a.b,1234567.0,good,"
    assert lines[2] == """1970-01-01T00:00:01.000Z,a.b,'=cmd(),uncertain,"stale, ""old""\""""
    assert lines[3] == "1970-01-01T00:00:02.000Z,a.b,,bad,no answer"
