"""A page whose site goes away, whose login ends, and which somebody else looks at too."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Dashboard, chromium, standing, tab
from tests.web.pages.entering import enter

pytestmark = [pytest.mark.interop, pytest.mark.slow]

SITE = """
site: interrupted
history: {path: data}
web: {listen: "127.0.0.1:PORT", users: users.yaml}
connections: {dead: {url: "tcp://127.0.0.1:1"}}
devices:
  meter: {connection: dead, points: {power: {ref: 30001, unit: W}}}
alarms:
  silent: {device: meter, offline: true, for: 0, priority: high}
"""


async def test_two_browsers_see_the_same(dashboard: Dashboard) -> None:
    async with chromium() as one, chromium() as other:
        pages = [await tab(browser, f"{dashboard.url}/points?q=speed") for browser in (one, other)]
        for value in (77, 481):
            dashboard.set(0, value)
            for page in pages:
                row = page.locator(".p5-point", has_text="40001")
                await expect(row.locator(".p5-value")).to_have_text(f"{value / 10:g} Hz")


async def test_a_server_that_goes_away_is_missed_at_once_and_found_again(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE.replace("PORT", "0"))
    with ExitStack() as life:
        first = life.enter_context(standing(tmp_path, site))
        async with chromium() as browser:
            page = await tab(browser, f"{first.url}/points?quality=bad")
            await expect(page.locator(".p5-point")).to_contain_text("meter.power")
            await expect(page.locator("#p5-lost")).to_be_hidden()
            await page.reload()
            await expect(page.locator(".p5-point")).to_contain_text("meter.power")
            life.close()
            await expect(page.locator("#p5-lost")).to_be_visible(timeout=3000)
            await expect(page.locator("#p5-lost")).to_contain_text("connection to the site is lost")
            await expect(page.locator("body")).to_contain_class("p5-old")
            await expect(page.locator(".p5-value")).to_have_text("no value")
            site.write_text(SITE.replace("PORT", first.url.rpartition(":")[2]))
            life.enter_context(standing(tmp_path, site))
            await expect(page.locator("#p5-lost")).to_be_hidden(timeout=30_000)
            await expect(page.locator("body")).not_to_contain_class("p5-old")
            await expect(page.locator(".p5-point")).to_contain_text("refused")
            assert page.url.endswith("/points?quality=bad")


async def test_a_login_that_ended_lets_look_but_not_do(dashboard: Dashboard) -> None:
    async with chromium() as browser:
        page = await tab(browser, "about:blank")
        await enter(page, dashboard, "ann", "/points?q=setpoint")
        await page.get_by_role("button", name="Write", exact=True).click()
        await page.get_by_label("New value").fill("9")
        await page.get_by_label("This point is critical").fill("pump.setpoint")
        send = page.get_by_role("dialog").get_by_role("button", name="Write")
        await expect(send).to_be_enabled()
        cookies = {one["name"]: one["value"] for one in await page.context.cookies()}
        async with httpx.AsyncClient(base_url=dashboard.url, cookies=cookies, trust_env=False) as client:
            await client.get("/logout")
        await send.click()
        await expect(page.get_by_text("Your login has ended")).to_be_visible()
        await expect(page.get_by_text("■ Not written.")).to_be_visible()
        await page.reload()
        await expect(page.locator(".p5-header")).to_contain_text("Log in")
        await expect(page.locator(".p5-point").locator(".p5-value")).to_have_text("7")
        await expect(page.get_by_role("button", name="Write", exact=True)).to_have_count(0)


async def test_a_login_that_ended_shows_nothing_more_where_others_come_in(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE.replace("127.0.0.1:PORT", "0.0.0.0:0"))
    with standing(tmp_path, site) as dashboard:
        url = dashboard.url.replace("0.0.0.0", "127.0.0.1")
        async with chromium() as browser:
            page = await tab(browser, "about:blank")
            await enter(page, replace(dashboard, url=url), "ann", "/points")
            await expect(page.locator(".p5-point")).to_contain_text("meter.power")
            cookies = {one["name"]: one["value"] for one in await page.context.cookies()}
            async with httpx.AsyncClient(base_url=url, cookies=cookies, trust_env=False) as client:
                await client.get("/logout")
            await page.wait_for_url(f"{url}/login?to=%2Fpoints", timeout=10_000)


async def test_a_viewer_is_offered_nothing_to_do(dashboard: Dashboard) -> None:
    async with (
        chromium() as browser,
        httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as client,
    ):
        viewer = {"Authorization": f"Bearer {dashboard.tokens['viewer']}"}
        page = await tab(browser, "about:blank")
        await page.context.set_extra_http_headers(viewer)
        for path, there in (("/points", ".p5-point"), ("/alarms", ".p5-alarm")):
            await page.goto(dashboard.url + path)
            await page.locator(there).first.wait_for()
            await expect(page.locator(".p5-header")).to_contain_text("viewer-program")
            for word in ("Write", "Acknowledge", "Shelve"):
                await expect(page.get_by_role("button", name=word)).to_have_count(0)
        answer = await client.post("/api/v1/points/pump.setpoint/write", json={"value": 9}, headers=viewer)
        assert answer.status_code == 403
