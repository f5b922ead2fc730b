"""A tab outlives its login: what it could do ends with it."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Dashboard, Opening
from tests.web.pages.entering import enter

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_a_deed_after_the_login_has_ended_is_refused(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/login") as page:
        await enter(page, dashboard, "ann", "/alarms")
        button = page.get_by_role("button", name="Acknowledge", exact=True).first
        await button.wait_for()
        cookies = {one["name"]: one["value"] for one in await page.context.cookies()}
        async with httpx.AsyncClient(base_url=dashboard.url, cookies=cookies, trust_env=False) as client:
            await client.get("/logout")
        await button.click()
        await page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
        await expect(page.get_by_text("Your login has ended")).to_be_visible()
