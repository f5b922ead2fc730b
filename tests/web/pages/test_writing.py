from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from port502.errors import UsageError
from port502.web.pages.writing import parsed
from port502.web.points import PointInfo
from tests.web.pages.conftest import Dashboard, Opening
from tests.web.serving import PASSWORD

REGISTER = PointInfo("a.b", "a", "c", 1, table="holding", address=0)
COIL = PointInfo("a.c", "a", "c", 1, table="coil", address=0)


@pytest.mark.parametrize(
    ("text", "info", "value"),
    [
        ("12", REGISTER, 12),
        (" 1.5 ", REGISTER, 1.5),
        ("1,5", REGISTER, 1.5),
        ("running", REGISTER, "running"),
        ("ON", COIL, True),
        ("0", COIL, False),
    ],
)
def test_what_somebody_types(text: str, info: PointInfo, value: object) -> None:
    found = parsed(text, info)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "info"),
    [("", REGISTER), ("2", COIL), ("maybe", COIL), ("1,500", REGISTER), ("-12,345,678.5", REGISTER)],
)
def test_what_is_no_value(text: str, info: PointInfo) -> None:
    with pytest.raises(UsageError):
        parsed(text, info)


@pytest.mark.interop
@pytest.mark.slow
async def test_a_write_shows_what_it_sends_asks_for_a_critical_name_and_reads_back(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened("/login") as page:
        await page.get_by_label("Name").fill("ann")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{dashboard.url}/")
        await page.goto(f"{dashboard.url}/points?q=pump.setpoint")
        await page.get_by_role("button", name="Write").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("holding:1 (40002), unit 1, uint16; allowed: 0 to 50")
        send = dialog.get_by_role("button", name="Write")
        await expect(send).to_be_disabled()
        await dialog.get_by_label("New value").fill("99")
        await expect(dialog.locator(".p5-fault")).to_contain_text("■ pump.setpoint: 99 is outside its limits")
        await expect(send).to_be_disabled()
        await dialog.get_by_label("New value").fill("12")
        await expect(dialog).to_contain_text("000C")
        await expect(send).to_be_disabled()
        await dialog.get_by_label("This point is critical").fill("pump.setpoint")
        await send.click()
        await expect(dialog).to_contain_text("● Verified: was 7, reads back 12.")
        await expect(send).to_be_disabled()
        await dialog.get_by_label("New value").fill("7")
        await dialog.get_by_label("This point is critical").fill("pump.setpoint")
        await send.click()
        await expect(dialog).to_contain_text("was 12, reads back 7.")
    log = (dashboard.site.parent / "data" / "audit" / "web.jsonl").read_text().splitlines()
    last = json.loads(log[-1])
    assert (last["subject"], last["operation"], last["outcome"]) == ("ann", "pump.setpoint = 7", "written")


@pytest.mark.interop
@pytest.mark.slow
async def test_who_may_only_look_has_no_button(opened: Opening) -> None:
    async with opened("/points?q=pump.setpoint") as page:
        await page.locator(".p5-point").first.wait_for()
        await expect(page.get_by_role("button", name="Write")).to_have_count(0)
