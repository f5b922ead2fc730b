from __future__ import annotations

import pytest
from playwright.async_api import expect

from port502.web.pages.tools_explain import search
from tests.web.pages.conftest import Opening


def test_titles_come_before_texts() -> None:
    found = search("unit id")
    assert found[0].id == "unit-id"
    assert len(found) > 1
    assert search("TCP.REFUSED_RST")[0].id == "TCP.REFUSED_RST"
    assert search("write.stranger")[0].id == "WRITE.STRANGER"
    assert len(search("")) > 80
    assert search("nothing of that kind") == []


@pytest.mark.interop
@pytest.mark.slow
async def test_a_topic_is_found_and_read(opened: Opening) -> None:
    async with opened("/tools/explain") as page:
        await page.get_by_label("Search").fill("refused_rst")
        await expect(page.locator(".p5-item")).to_have_count(1)
        await page.locator(".p5-item").click()
        await page.wait_for_url("**/tools/explain?topic=TCP.REFUSED_RST")
        await expect(page.locator(".p5-text")).to_contain_text("To do")
        await page.get_by_role("link", name="troubleshooting").click()
        await expect(page.locator(".p5-found")).to_contain_text("Try")
