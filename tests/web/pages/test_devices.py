from __future__ import annotations

import pytest
from playwright.async_api import expect

from port502.web.pages.devices import worst
from port502.web.pages.words import Mark, unit_mark
from tests.web.pages.conftest import Opening


def test_the_worst_mark_is_that_of_the_whole() -> None:
    marks = [unit_mark(state) for state in ("online", "suspect", "online", "offline")]
    assert worst(marks) == unit_mark("offline")
    assert worst(marks[:1]) == unit_mark("online")
    assert worst([]) is None
    assert worst([Mark("▼", "low", "low"), Mark("▲", "high", "high")]) == Mark("▲", "high", "high")


@pytest.mark.interop
@pytest.mark.slow
async def test_the_tree_shows_the_worst_above_and_finds_what_is_below(opened: Opening) -> None:
    async with opened("/devices") as page:
        await expect(page.locator(".p5-card")).to_contain_text("■ 1 not well: dead-meter")
        await expect(page.locator(".p5-branch").first).to_contain_text("dead-meter")
        dead = page.locator(".p5-branch", has_text="dead-meter").locator(".p5-leaf").first
        await expect(dead).to_contain_text("■ not connected")
        await expect(dead).to_contain_text("refused")
        await page.get_by_label("Find").fill("40001")
        await expect(page.locator(".p5-branch")).to_have_count(1)
        leaf = page.locator(".p5-leaf", has_text="speed").last
        await expect(leaf).to_contain_text("48.1 Hz")
        await expect(page.locator(".p5-twigs").first).to_contain_text("every 0.1 s")
        assert page.url.endswith("/devices?q=40001")
        await page.get_by_label("Find").fill("xyz")
        await expect(page.locator(".p5-card")).to_contain_text("Nothing fits.")


@pytest.mark.interop
@pytest.mark.slow
@pytest.mark.parametrize("size", ["panel", "phone"])
async def test_nothing_is_cut_at_any_size(opened: Opening, size: str) -> None:
    async with opened("/devices", size=size) as page:
        await page.locator(".p5-branch").first.wait_for()
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
