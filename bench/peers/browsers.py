"""Browsers that look at a dashboard for a while: ``browsers PORT PID COUNT SECONDS``; none of them only let time pass.

Tells the window in monotonic seconds, the CPU and memory of the dashboard's process in it, how long the first page
took, and how long after its sample each change of a value stood on the screen.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright

from bench.peers.collecting import SETTLE

PATIENCE = 60_000
POINT = "meter0000.value00"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WATCH = """() => {
  const value = document.querySelector(".p5-point .p5-value");
  window.changes = [];
  new MutationObserver(() => window.changes.push([Date.now() / 1000, value.innerText]))
    .observe(value, {childList: true, characterData: true, subtree: true});
}"""


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def window(pid: int, seconds: float) -> dict[str, float]:
    """Let a while pass."""
    start, used = time.monotonic(), cpu(pid)
    await asyncio.sleep(seconds)
    end = time.monotonic()
    return {"start": start, "end": end, "cpu": (cpu(pid) - used) / (end - start)}


async def samples(url: str, found: dict[str, float]) -> None:
    """Note when the point was sampled with which value, as the screen writes it."""
    async with (
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client,
        client.stream("GET", "/api/v1/live", params={"point": POINT}) as lines,
    ):
        async for line in lines.aiter_lines():
            if line.startswith("data: "):
                for one in json.loads(line.removeprefix("data: ")):
                    if one["value"] is not None:
                        found[f"{one['value']:,.6g}"] = moment(one["time"])


def moment(when: float | str) -> float:
    """Unix seconds of a time of the API."""
    return (
        when if isinstance(when, float) else datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp()
    )


async def look(browser: Browser, url: str, path: str, there: str) -> tuple[Page, float]:
    """A page in a window of its own, and the seconds until it shows something."""
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(PATIENCE)
    began = time.monotonic()
    await page.goto(url + path)
    await page.locator(there).first.wait_for()
    return page, time.monotonic() - began


async def measure(url: str, pid: int, count: int, seconds: float) -> dict[str, Any]:
    """Open the browsers, and watch for so many seconds."""
    if not count:
        await asyncio.sleep(SETTLE)
        return await window(pid, seconds)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        _, first = await look(browser, url, "/", ".p5-number")
        page, _ = await look(browser, url, "/points?q=meter0000", ".p5-value")
        for number in range(count - 2):
            await look(browser, url, f"/points?page={number}", ".p5-value")
        await page.evaluate(WATCH)
        found: dict[str, float] = {}
        listening = asyncio.create_task(samples(url, found))
        await asyncio.sleep(SETTLE)
        told: dict[str, Any] = await window(pid, seconds)
        listening.cancel()
        shown = await page.evaluate("window.changes") or []  # gone where the page had to be loaded anew
        await browser.close()
    late = sorted(when - found[text] for when, text in shown if text in found)
    return {**told, "first": first, "changes": late}


def main() -> None:
    port, pid, count, seconds = (int(word) for word in sys.argv[1:])
    print(json.dumps(asyncio.run(measure(f"http://127.0.0.1:{port}", pid, count, seconds))))


if __name__ == "__main__":
    main()
