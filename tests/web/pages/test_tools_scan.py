from __future__ import annotations

import csv
import io

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from port502.discover.found import FoundDevice, FoundUnit, Inventory
from port502.discover.units import UnitClass
from port502.web.pages.tools_scan import COLUMNS, csv_of, rows_of
from tests.web.pages.conftest import Dashboard, Opening
from tests.web.pages.entering import device_of, enter


def test_a_row_for_each_unit_and_for_each_device_without_one() -> None:
    unit = FoundUnit(5, UnitClass.DEVICE, vendor="=Maker", product="P1", response_ms=2.04)
    devices = (FoundDevice("10.0.0.1", 502, units=(unit,)), FoundDevice("10.0.0.2", 502, gateway=True))
    inventory = Inventory(devices, probed=2, of=2)
    rows = rows_of(inventory)
    assert rows[0][:7] == ("10.0.0.1", "502", "5", "=Maker P1", "", "", "2.0")
    assert rows[1][3] == "no unit that was asked answers"
    assert rows[1][-1] == "a gateway"
    table = list(csv.reader(io.StringIO(csv_of(inventory))))
    assert tuple(table[0]) == COLUMNS
    assert table[1][3] == "'=Maker P1"


@pytest.mark.interop
@pytest.mark.slow
async def test_devices_are_found_and_what_is_not_private_is_asked_for(
    opened: Opening, dashboard: Dashboard
) -> None:
    async with opened() as page:
        await enter(page, dashboard, "eve", "/tools/scan?ranges=127.0.0.1-3")
        await expect(
            page.get_by_text("Left out, as the running site keeps connections there: 127.0.0.1")
        ).to_be_visible()
        await page.get_by_text("Beside the running site").click()
        await page.get_by_label("Ports").fill(device_of(dashboard).rpartition(":")[2])
        await expect(page.get_by_text("3 addresses")).to_be_visible()
        await page.get_by_role("button", name="Scan", exact=True).click()
        await expect(page.get_by_text("1 device, 1 unit")).to_be_visible()
        await expect(page.locator(".p5-table")).to_contain_text("127.0.0.1")
        found = await Axe().run(page, context="#main", options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert found.violations_count == 0, found.generate_report()
        await page.get_by_label("Addresses").fill("8.8.8.8")
        await expect(page.get_by_text("1 address:")).to_be_visible()
        await page.get_by_role("button", name="Scan", exact=True).click()
        await page.get_by_role("button", name="Do not scan").click()
        await expect(page.get_by_role("button", name="Do not scan")).to_have_count(0)
        await expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
