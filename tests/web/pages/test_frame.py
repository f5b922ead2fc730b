"""What every page has, in a real browser."""

from __future__ import annotations

import pytest

from port502.web.pages.frame import PAGES, look
from tests.web.pages.conftest import Dashboard, Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_the_way_to_every_page_and_which_one_this_is(opened: Opening) -> None:
    async with opened("/") as page:
        links = await page.locator(".p5-nav a").all_inner_texts()
        assert links == [word for _, word in PAGES]
        assert await page.locator('.p5-nav a[aria-current="page"]').all_inner_texts() == ["Overview"]
        assert await page.title() == "Overview - pump-station-7"


async def test_nothing_comes_from_elsewhere(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/") as page:
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        await page.reload()
        await page.locator(".p5-number").first.wait_for()
        assert hosts == {dashboard.url.split("/")[2]}


async def test_dark_and_light(opened: Opening) -> None:
    for dark in (False, True):
        async with opened("/", dark=dark) as page:
            await page.locator(".p5-number").first.wait_for()
            await page.wait_for_function(
                "getComputedStyle(document.body).backgroundColor != 'rgba(0, 0, 0, 0)'"
            )
            ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (ground == "rgb(21, 25, 29)") == dark


async def test_the_other_ground_is_one_click_away_and_is_remembered(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened("/", dark=True) as page:
        await page.locator(".p5-number").first.wait_for()
        await page.get_by_label("Dark or light").click()
        await page.wait_for_function("!document.body.classList.contains('body--dark')")
        await page.wait_for_function("document.cookie.includes('port502_dark=0')")
        await page.goto(f"{dashboard.url}/alarms")
        await page.locator(".p5-alarm").first.wait_for()
        assert not await page.evaluate("document.body.classList.contains('body--dark')")


async def test_a_name_is_text_and_never_a_script() -> None:
    assert "<" not in look().replace("<!--", "")
