"""Take the pictures of the documentation: ``python tools/screenshots.py docs/images [NAME ...]``.

Every page of the dashboard of the demo, once something has gone wrong there, in Debian's Chromium; some minutes.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from port502.site.build import load_site
from port502.site.demo import Demo, intruder_source
from port502.site.demo_files import GUARD
from port502.site.demo_intruder import Intruder
from port502.site.running import Running
from port502.site.web_model import WebSettings
from port502.web.mounting import load
from port502.web.server import WebServer

PAGES = {
    "overview": "/",
    "overview-dark": "/",
    "devices": "/devices?q=plc",
    "points": "/points?device=tank",
    "alarms": "/alarms",
    "security": "/security",
    "connection": "/connection/plc",
    "tools-explain": "/tools/explain?q=exception+2",
    "tools-decode": "/tools?hex=00+01+00+00+00+06+01+03+00+00+00+02",
    "tools-encode": "/tools/encode",
    "tools-maps": "/tools/maps?map=abb/b23",
    "tools-identify": "/tools/identify",
    "tools-doctor": "/tools/doctor",
    "tools-scan": "/tools/scan",
    "tools-site": "/tools/site",
    "login": "/login",
    "write": "/points?q=setpoint",
    "trends": "/trends?point=tank.level&point=tank.flow_1&point=tank.flow_2",
}
WIDTH, HEIGHT = 1280, 800
BEFORE = 240.0
"""Seconds that the demo runs first, so that there is a past to show."""
COLOURS, LARGEST = 128, 200_000
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


async def main(folder: Path, names: Sequence[str]) -> None:
    """Run the demo, and look at it."""
    load()  # as `port502 demo` does, so that it holds up nothing later
    with tempfile.TemporaryDirectory() as work:
        async with Demo(Path(work), port=0) as plant, Running(load_site(plant.site_file)) as running:
            web = WebServer(running, WebSettings(port=0), pages=True)
            intruder = Intruder(lambda: running.listeners.running[GUARD].url, source=intruder_source())
            intruding = asyncio.create_task(intruder.run())
            async with web, async_playwright() as playwright:
                await asyncio.sleep(BEFORE)
                browser = await playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=list(QUIET)
                )
                await _look(browser, web, folder, names)
                await browser.close()
            intruding.cancel()
            await asyncio.gather(intruding, return_exceptions=True)


async def _look(browser: Browser, web: WebServer, folder: Path, names: Sequence[str]) -> None:
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(web.link())
    for name in names:
        path = PAGES[name]
        await page.emulate_media(color_scheme="dark" if name.endswith("-dark") else "light")
        answer = await page.goto(web.url + path)
        if answer is None or not answer.ok:
            print(f"{name}: no such page", file=sys.stderr)
            continue
        await asyncio.sleep(3.0)
        if name == "write":
            await _half_written(page)
        keep(await page.screenshot(), folder / f"{name}.png")


async def _half_written(page: Page) -> None:
    """A write that somebody is about to confirm."""
    await page.get_by_role("button", name="Write", exact=True).first.click()
    await page.get_by_label("New value").fill("1200")
    await asyncio.sleep(1.0)


def keep(picture: bytes, path: Path) -> None:
    """Keep a picture with as few colours as it needs, or complain that it is too large for the documentation."""
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path}: {size:,} bytes")
    if size > LARGEST:
        raise SystemExit(f"{path} has more than {LARGEST:,} bytes")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:] or list(PAGES)))
