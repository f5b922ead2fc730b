"""Ten thousand points every second, and browsers that look at them: how soon, and at what cost.

The figures are printed; what is demanded of them here is generous, since other tests share the machine.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from port502.server import Server
from port502.service.device import Device
from port502.service.units import Units
from tests.web.large import DEVICES, POINTS, large_site
from tests.web.pages.conftest import Dashboard, chromium, standing, tab

pytestmark = [pytest.mark.interop, pytest.mark.slow, pytest.mark.timeout(300)]

FIRST_PAGE, CHANGE = 1.5, 0.3
"""Seconds that are promised on a machine that does nothing else."""
SLACK = 3.0
BROWSERS = 10

WATCH = """(name) => {
  const row = [...document.querySelectorAll(".p5-point")].find((one) => one.innerText.startsWith(name));
  const value = row.querySelector(".p5-value");
  window.changes = [];
  new MutationObserver(() => window.changes.push([Date.now() / 1000, value.innerText]))
    .observe(value, {childList: true, characterData: true, subtree: true});
}"""


@asynccontextmanager
async def large(folder: Path) -> AsyncIterator[tuple[Device, Dashboard]]:
    """A hundred devices that are one, a site of ten thousand points of them, and its dashboard."""
    device = Device(holding={0: [7] * POINTS})
    async with Server(Units({}, any_unit=device), "tcp://127.0.0.1:0") as server:
        path = folder / "site.yaml"
        path.write_text(large_site(server.url))
        with standing(folder, path) as dashboard:
            async with (
                asyncio.timeout(120),
                httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as client,
            ):
                while (await client.get("/api/v1/overview", timeout=60)).json()["good"] < DEVICES * POINTS:
                    await asyncio.sleep(0)
            yield device, dashboard


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Bytes of memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def first_page(page: Page, url: str) -> float:
    """Seconds until the overview shows its numbers."""
    began = time.monotonic()
    await page.goto(url)
    await expect(page.locator(".p5-tile").first).to_contain_text("10,000")
    return time.monotonic() - began


async def change(page: Page, device: Device, dashboard: Dashboard, value: int) -> float:
    """Seconds from the sample that first had a value until it is on the screen."""
    device.holding.write(0, [value])
    await page.wait_for_function("(text) => window.changes.some((one) => one[1] === text)", arg=str(value))
    changes = await page.evaluate("window.changes")
    shown = next(moment for moment, text in changes if text == str(value))
    async with httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as client:
        while True:
            past = {"point": "meter-00.p00", "since": "1m"}
            samples = (await client.get("/api/v1/history", params=past, timeout=60)).json()["samples"]
            times = [one["time"] for one in samples if one["value"] == value]
            if times:
                return float(shown - min(map(unix, times)))


def unix(when: str | float) -> float:
    return (
        when if isinstance(when, float) else datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp()
    )


async def test_ten_thousand_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with large(tmp_path) as (device, dashboard), chromium() as browser:
        page = await tab(browser, "about:blank")
        firsts = sorted([await first_page(page, dashboard.url) for _ in range(5)])
        await page.goto(f"{dashboard.url}/points?device=meter-00")
        await expect(page.locator(".p5-value").first).to_have_text("7")
        await page.evaluate(WATCH, "meter-00.p00")
        changes = sorted([await change(page, device, dashboard, 100 + number) for number in range(9)])
        others = [
            await tab(browser, f"{dashboard.url}{'/' if number % 2 else f'/points?page={number}'}")
            for number in range(BROWSERS - 1)
        ]
        for other in others:
            await other.locator(".p5-tile, .p5-value").first.wait_for()
        used, size, began = cpu(dashboard.pid), memory(dashboard.pid), time.monotonic()
        crowded = sorted([await change(page, device, dashboard, 200 + number) for number in range(9)])
        share = (cpu(dashboard.pid) - used) / (time.monotonic() - began)
        grown = memory(dashboard.pid) - size
    with capsys.disabled():
        print(
            f"\nfirst page {firsts[2]:.2f} s; change to screen {changes[4] * 1000:.0f} ms, at most "
            f"{changes[-1] * 1000:.0f} ms; with {BROWSERS} browsers {crowded[4] * 1000:.0f} ms, {share:.0%} of a "
            f"core, {grown / 1e6:+.1f} MB meanwhile"
        )
    assert firsts[2] < FIRST_PAGE * SLACK
    assert changes[4] < CHANGE * SLACK
    assert crowded[4] < CHANGE * SLACK
    assert share < 1.0
    assert grown < 30 << 20
