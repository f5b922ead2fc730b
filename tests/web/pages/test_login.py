from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect
from starlette.datastructures import State
from starlette.requests import Request

from port502.site.web_model import WebSettings
from port502.web.gate import STATE, Door
from port502.web.pages.login import login_page
from port502.web.sessions import Sessions
from port502.web.users import Users
from tests.web.pages.conftest import Dashboard, Opening
from tests.web.serving import PASSWORD

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_where_nobody_has_a_password_the_page_says_how_to_get_in() -> None:
    door = Door(WebSettings(), Users({}), Sessions())
    scope = {"type": "http", "headers": [], STATE: State({"station": None, "door": door})}
    shown = bytes((await login_page(Request(scope))).body).decode()
    assert "--add-user NAME --role operator --users users.yaml" in shown
    assert "<code>--users users.yaml</code> behind the command" in shown
    assert "<input" not in shown


async def test_in_and_out(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/") as page:
        await page.get_by_text("Log in").click()
        await page.get_by_label("Name").fill("ann")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator(".p5-header")).to_contain_text("ann")
        await page.get_by_text("ann", exact=True).click()
        await expect(page.get_by_text("ann, operator")).to_be_visible()
        await page.get_by_text("Log out").click()
        await expect(page.locator(".p5-header")).to_contain_text("Log in")


async def test_a_wrong_password_is_said_and_a_name_is_never_a_script(dashboard: Dashboard) -> None:
    async with httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as client:
        form = {"name": "<script>alert(1)</script>", "password": "wrong"}
        answer = await client.post("/login", data=form)
        assert answer.status_code == 401
        assert "no such name and password" in answer.text
        assert "<script>alert" not in answer.text
        assert (await client.post("/login", data={"name": "x" * 5000})).status_code == 413
        answer = await client.post("/login", data=form, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403
