"""Traffic live, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from port502.traffic.dissector import Dissector
from port502.traffic.pcap import PcapParser
from tests.web.pages.conftest import Dashboard, Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]


async def test_what_passes_is_seen_sifted_frozen_and_looked_at(opened: Opening, dashboard: Dashboard) -> None:
    async with opened("/connection/plc") as page:
        rows = page.locator(".p5-exchange:visible")
        await expect(rows.filter(has_text="read holding registers 0 *2").first).to_contain_text("= 481 7")
        dashboard.set(0, 482)
        try:
            await expect(rows.filter(has_text="= 482 7").first).to_be_visible()
        finally:
            dashboard.set(0, 481)

        await page.get_by_label("Find").fill("modbus.func_code == 22")
        await expect(rows).to_have_count(0)
        await page.wait_for_url("**/connection/plc?text=modbus.func_code*")
        await page.get_by_label("Find").fill("modbus.nothing == 6")
        await expect(page.get_by_text("there is no field 'modbus.nothing'")).to_be_visible()
        await page.get_by_label("Find").fill("= 481")
        await expect(rows.first).to_contain_text("= 481 7")

        await page.get_by_role("switch", name="Freeze").click()
        first = await rows.first.inner_text()
        await rows.first.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("request: read holding registers holding:0..1 = 40001..40002")
        await expect(dialog.get_by_role("row", name="word_cnt")).to_contain_text("00 02")
        await expect(dialog.get_by_role("row", name="speed")).to_contain_text("48.1 Hz")
        await dialog.get_by_role("button", name="Close").click()
        await expect(dialog).to_have_count(0)
        assert await rows.first.inner_text() == first

        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="Save as pcap").click()
        download = await downloading.value
        assert download.suggested_filename == "plc.pcap"
        messages = Dissector().feed(PcapParser().feed((await download.path()).read_bytes()))
        assert {message.unit_id for message in messages} == {1}
        assert len(messages) > 10


async def test_the_view_stands_in_the_url(opened: Opening) -> None:
    async with opened("/connection/plc?unit=1&function=3&errors=true&text=nobody") as page:
        await expect(page.get_by_label("Find")).to_have_value("nobody")
        await expect(page.get_by_role("switch", name="Only what went wrong")).to_be_checked()
        await expect(page.get_by_label("Function")).to_have_value("3 read holding registers")
        await expect(page.locator(".p5-exchange:visible")).to_have_count(0)
        await page.get_by_role("switch", name="Only what went wrong").click()
        await page.get_by_label("Find").fill("")
        await page.wait_for_url("**/connection/plc?unit=1&function=3")
        await expect(page.locator(".p5-exchange:visible").first).to_be_visible()
