"""Everything can be done without a mouse, and one sees where one is."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from port502.web.pages.frame import PAGES
from tests.web.pages.conftest import Dashboard, Opening
from tests.web.serving import PASSWORD

pytestmark = [pytest.mark.interop, pytest.mark.slow]

HERE = "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
SEEN = """(() => {
  let here = document.activeElement;
  for (; here && here !== document.body; here = here.parentElement) {
    const style = getComputedStyle(here), after = getComputedStyle(here, "::after");
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) return true;
    if (here.classList.contains("q-field--focused") || here.querySelector(":scope > .q-focus-helper")) return true;
  }
  return false;
})()"""


async def passed(page: Page, most: int = 40) -> list[str]:
    """The words of what the tab key reaches, until it has been everywhere; each of it is seen to have the focus."""
    words: list[str] = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        word = str(await page.evaluate(HERE))
        if await page.evaluate("document.activeElement === document.body"):
            break
        assert await page.evaluate(SEEN), f"{word!r} does not show that it has the focus"
        words.append(word)
    return words


async def test_the_tab_key_goes_from_the_skip_link_over_the_pages_to_the_content(opened: Opening) -> None:
    async with opened("/") as page:
        await page.locator(".p5-node").first.wait_for()
        words = await passed(page)
        names = [word for _, word in PAGES]
        assert words[0] == "Skip to content"
        assert [word for word in words if word in names] == names
        assert words.index("Log in") > words.index(names[-1])
        assert any(word.endswith("points bad") for word in words)
        assert any(word.startswith("dead-meter") for word in words)


async def test_the_skip_link_skips(opened: Opening) -> None:
    async with opened("/points") as page:
        await page.locator(".p5-point").first.wait_for()
        await page.keyboard.press("Tab")
        await expect(page.get_by_text("Skip to content")).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("Find: name, quantity")).to_be_focused()
        assert "pump.speed" in await passed(page)


async def log_in(page: Page, dashboard: Dashboard) -> None:
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.keyboard.type("ann")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{dashboard.url}/")


async def grave(page: Page, *, dialog: bool = False) -> list[str]:
    """What axe complains of. It takes a dialog's backdrop to lie over it, and so cannot tell contrasts there."""
    options = {"rules": {"color-contrast": {"enabled": not dialog}}}
    found = (await Axe().run(page, options=options)).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0]['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_a_write_without_a_mouse(opened: Opening, dashboard: Dashboard, dark: bool) -> None:
    async with opened("/login", dark=dark) as page:
        await log_in(page, dashboard)
        await page.goto(f"{dashboard.url}/points?q=setpoint")
        button = page.get_by_role("button", name="Write", exact=True)
        await button.focus()
        assert not await grave(page)
        await page.keyboard.press("Enter")
        new = page.get_by_label("New value")
        await expect(new).to_be_focused()
        await page.keyboard.type("21")
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("This point is critical")).to_be_focused()
        await page.keyboard.type("pump.setpoint")
        dialog = page.get_by_role("dialog")
        send = dialog.get_by_role("button", name="Write")
        await expect(send).to_be_enabled()
        await expect(dialog).to_have_attribute("aria-label", "Write pump.setpoint")
        assert not await grave(page, dialog=True)
        try:
            await page.keyboard.press("Tab")
            await page.keyboard.press("Tab")
            await expect(send).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(dialog.get_by_role("status")).to_contain_text("Verified: was 7, reads back 21")
        finally:
            dashboard.set(1, 7)
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await expect(button).to_be_focused()


async def test_an_alarm_is_acknowledged_and_left_alone_without_a_mouse(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened("/login") as page:
        await log_in(page, dashboard)
        await page.goto(f"{dashboard.url}/alarms")
        await page.get_by_role("button", name="Shelve", exact=True).first.focus()
        assert not await grave(page)
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_have_attribute("aria-label", "Shelve gone/meter")
        assert not await grave(page, dialog=True)
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
