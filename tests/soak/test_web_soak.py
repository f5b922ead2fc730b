"""Ten thousand points, and browsers that come and go, for minutes: the dashboard's memory stays flat."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.test_dashboard import large, memory
from tests.soak.test_soak import SECONDS, WARM_UP
from tests.web.pages.conftest import chromium, tab

GROWTH = 48 << 20
"""Bytes that the process may have more at the end: pages that were left are kept for a minute."""

PATHS = (
    "/",
    "/points",
    "/points?page=7",
    "/devices",
    "/alarms",
    "/connection/line-0",
    "/trends?point=meter-00.p00",
)

pytestmark = [pytest.mark.soak, pytest.mark.interop, pytest.mark.timeout(SECONDS + 300)]


async def test_memory_stays_flat_while_browsers_come_and_go(tmp_path: Path) -> None:
    async with large(tmp_path) as (device, dashboard), chromium() as browser:
        began, warm, turn = time.monotonic(), 0, 0
        for path in PATHS:
            await tab(browser, dashboard.url + path)
        while (passed := time.monotonic() - began) < SECONDS:
            turn += 1
            device.holding.write(turn % 100, [turn % 60_000])
            page = await tab(browser, dashboard.url + PATHS[turn % len(PATHS)])
            await page.locator("#main").wait_for()
            await page.context.close()
            if not warm and passed > WARM_UP * SECONDS:
                warm = memory(dashboard.pid)
            await asyncio.sleep(0)
        late = memory(dashboard.pid)
        assert late - warm < GROWTH, f"{warm:,} became {late:,} bytes in {SECONDS:.0f} s, with {turn} visits"
