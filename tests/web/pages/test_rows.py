"""Rows that change in place, on the page that has most of them."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import Dashboard, Opening
from tests.web.pages.test_security import log_in
from tests.web.serving import PASSWORD

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_rows_come_change_and_go(opened: Opening, dashboard: Dashboard) -> None:
    async with (
        opened("/login") as page,
        httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as browser,
    ):
        await log_in(page, dashboard, "eve")
        rows = page.get_by_role("table").filter(has_text="last seen").get_by_role("row")
        mine = rows.filter(has_text="eve")
        await expect(mine.first).to_contain_text("engineer")
        age = mine.first.get_by_role("cell").nth(4)
        first = await age.inner_text()
        await expect(age).not_to_have_text(first)
        before = await rows.count()
        me = (await browser.post("/api/v1/session", json={"name": "ann", "password": PASSWORD})).json()
        await expect(rows).to_have_count(before + 1)
        await browser.delete("/api/v1/session", headers={"X-CSRF-Token": me["csrf"]})
        await expect(rows).to_have_count(before)
