"""Every page at three sizes, dark and light: anybody can use it, nothing is cut, and it is kept as a picture.

The pictures are in ``build/screenshots``, to be looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]

from tests.web.pages.conftest import SIZES, Opening

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PICTURES = Path(__file__).parents[3] / "build" / "screenshots"
PAGES = {
    "overview": ("/", ".p5-node"),
    "devices": ("/devices", ".p5-branch"),
    "points": ("/points", ".p5-point"),
    "trends": ("/trends?point=pump.speed&point=pump.broken", "canvas"),
    "alarms": ("/alarms", ".p5-alarm"),
    "connection": ("/connection/plc", ".p5-part"),
    "connection-lost": ("/connection/dead-meter", ".p5-part"),
    "security": ("/security", ".p5-part"),
    "tools-decode": ("/tools?hex=00+01+00+00+00+06+01+03+00+00+00+02", ".p5-card"),
    "tools-encode": ("/tools/encode", ".p5-card"),
    "tools-explain": ("/tools/explain?q=exception+2", ".p5-card"),
    "tools-maps": ("/tools/maps?map=abb/b23", ".p5-card"),
    "tools-identify": ("/tools/identify", ".p5-card"),
    "tools-doctor": ("/tools/doctor", ".p5-card"),
    "tools-scan": ("/tools/scan", ".p5-card"),
    "tools-site": ("/tools/site", ".p5-card"),
    "login": ("/login", "input"),
}
"""What is looked at, and what is there once it is drawn."""

GRAVE = ("serious", "critical")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
async def test_anybody_can_use_it_and_nothing_is_cut(opened: Opening, name: str, dark: bool) -> None:
    path, drawn = PAGES[name]
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    async with opened(path, dark=dark) as page:
        for size, (width, height) in SIZES.items():
            await page.set_viewport_size({"width": width, "height": height})
            await page.locator(drawn).first.wait_for()
            await page.evaluate("document.fonts.ready")
            await page.screenshot(path=PICTURES / f"{name}-{size}-{'dark' if dark else 'light'}.png")
            if await page.evaluate(OVERFLOW) > 0:
                faults.append(f"{size}: wider than the screen")
            for found in (await Axe().run(page)).response["violations"]:
                if found["impact"] in GRAVE:
                    places = ", ".join(str(node["target"][0]) for node in found["nodes"][:4])
                    summary = (
                        found["nodes"][0]["any"] or found["nodes"][0]["all"] or found["nodes"][0]["none"]
                    )
                    why = summary[0]["message"] if summary else ""
                    faults.append(f"{size}: {found['id']}: {found['help']} ({places}: {why})")
    assert not faults, "\n".join(faults)
