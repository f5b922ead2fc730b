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
    scope = {
        "type": "http",
        "method": "GET",
        "query_string": b"",
        "headers": [],
        STATE: State({"station": None, "door": door}),
    }
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


async def test_one_comes_back_to_where_one_was(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/points?q=speed") as page:
        await page.locator(".p5-point").first.wait_for()
        await page.get_by_role("link", name="Log in").click()
        await page.get_by_label("Name").fill("ann")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{dashboard.url}/points?q=speed")
        await expect(page.locator(".p5-header")).to_contain_text("ann")


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/trends?point=a.b&zoom=1", "/trends?point=a.b&zoom=1"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/logout", "/"),
        ("/login?to=/", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/" + "x" * 3000, "/"),
    ],
)
async def test_a_login_leads_nowhere_else(dashboard: Dashboard, wanted: str, led: str) -> None:
    async with httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as client:
        shown = await client.get("/login", params={"to": wanted})
        assert ("evil" in shown.text, "Set-Cookie" in shown.text) == (False, False)
        form = {"name": "ann", "password": PASSWORD}
        answer = await client.post("/login", params={"to": wanted}, data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, led)


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
