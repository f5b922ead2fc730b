"""Coming in as somebody, and where the device of the plant is."""

from __future__ import annotations

import re

from playwright.async_api import Page

from tests.web.pages.conftest import Dashboard
from tests.web.serving import PASSWORD


async def enter(page: Page, dashboard: Dashboard, name: str, path: str) -> None:
    """Log in with a password, and go on to a page."""
    await page.goto(f"{dashboard.url}/login")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{dashboard.url}/")
    await page.goto(dashboard.url + path)


def device_of(dashboard: Dashboard) -> str:
    """Host and port of the device that the site polls."""
    found = re.search(r"plc: \{url: \"tcp://([^\"]+)\"", dashboard.site.read_text())
    assert found is not None
    return found[1]
