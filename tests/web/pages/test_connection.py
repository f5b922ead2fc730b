"""The page of a connection and its devices, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from port502.collect.status import ConnectionStatus, UnitStatus
from port502.web.pages.connection import silent_text
from tests.web.pages.conftest import Opening


def test_devices_that_do_not_answer_are_told_at_the_top() -> None:
    def status(*states: str) -> ConnectionStatus:
        units = tuple(
            UnitStatus(
                f"meter-{n}",
                n,
                state,
                1.0,
                last_error="timeout: unit 1 does not answer" * (state != "online"),
            )
            for n, state in enumerate(states)
        )
        return ConnectionStatus("bus", "tcp://gateway", "ready", 1.0, units=units)

    assert silent_text(status("online", "not yet asked", "suspect")) == ""
    assert silent_text(status("online", "offline")) == "meter-1: timeout: unit 1 does not answer"
    assert silent_text(status("offline", "suspect", "offline")) == (
        "2 of 3 devices do not answer: meter-0, meter-2"
    )
    assert silent_text(status(*["offline"] * 8)) == (
        "8 of 8 devices do not answer: meter-0, meter-1, meter-2, meter-3, meter-4 and 3 more"
    )


@pytest.mark.interop
@pytest.mark.slow
async def test_a_connection_that_is_well_but_for_one_point(opened: Opening) -> None:
    async with opened("/connection/plc") as page:
        await expect(page.locator(".p5-heading")).to_contain_text("● connected")
        here = page.locator(".p5-states-wide .is-here")
        await expect(here).to_have_text(re.compile(r"● ready\d.*, \d+ ×"))
        await expect(page.locator(".p5-bars i").first).to_be_attached()
        await expect(page.get_by_role("row", name="last 5 minutes")).to_contain_text("ms")
        await expect(page.get_by_role("row", name="since the start")).to_contain_text("ms")
        await expect(page.locator(".p5-refusal")).to_contain_text("exception 2illegal data address")
        faulty = page.locator(".p5-faulty")
        await expect(faulty).to_contain_text("pump.broken")
        await expect(faulty).to_contain_text("tried again in")
        device = page.get_by_role("region", name="pump")
        await expect(device).to_contain_text("● online")
        await expect(device).to_contain_text("3 points in")
        await expect(device.locator("svg.p5-strip .p5-block").first).to_be_visible()
        await device.get_by_text("in words").click()
        await expect(device).to_contain_text("holding:0 to 1, every 0.1 s, 2 points")
        await expect(page.locator(".p5-heading + .p5-banner")).to_be_hidden()


@pytest.mark.interop
@pytest.mark.slow
async def test_a_connection_that_cannot_be_made_says_why(opened: Opening) -> None:
    async with opened("/connection/dead-meter", dark=True) as page:
        await expect(page.locator(".p5-heading + .p5-banner")).to_contain_text("refused")
        await expect(page.locator(".p5-states-wide .is-here")).to_contain_text(
            re.compile("backing off|connecting|idle")
        )
        await expect(page.get_by_text("Nothing has passed since you look.")).to_be_visible()


@pytest.mark.interop
@pytest.mark.slow
async def test_a_device_leads_to_its_connection(opened: Opening) -> None:
    async with opened("/device/meter") as page:
        await page.wait_for_url("**/connection/dead-meter?device=meter")
        await expect(page.locator(".p5-part.is-chosen")).to_contain_text("meter")


@pytest.mark.interop
@pytest.mark.slow
@pytest.mark.parametrize("path", ["/connection/nothing", "/device/nothing"])
async def test_what_is_not_there(opened: Opening, path: str) -> None:
    async with opened(path) as page:
        await expect(
            page.get_by_text(re.compile("There is no (connection|device) 'nothing'"))
        ).to_be_visible()


@pytest.mark.interop
@pytest.mark.slow
@pytest.mark.parametrize("size", ["desktop", "panel", "phone"])
async def test_nothing_is_cut_at_any_size(opened: Opening, size: str) -> None:
    async with opened("/connection/plc", size=size) as page:
        await page.locator(".p5-exchange").first.wait_for()
        await expect(
            page.locator(".p5-states-narrow" if size == "phone" else ".p5-states-wide")
        ).to_be_visible()
        await expect(
            page.locator(".p5-states-wide" if size == "phone" else ".p5-states-narrow")
        ).to_be_hidden()
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0
