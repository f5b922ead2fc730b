"""A script in a unit, an alarm's words, a device's texts, a comment or a search stays text, on every page."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from port502.server import Server
from port502.service.device import Device
from port502.service.identity import Identity
from tests.web.pages.conftest import Dashboard, chromium, standing, tab
from tests.web.pages.entering import enter

pytestmark = [pytest.mark.interop, pytest.mark.slow]

IMAGE = '<img src=x onerror="owned=1">'
SCRIPT = "<script>owned=2</script>"
BREAKING = "</script></style></title><script>owned=3</script>"
MUSTACHE = "{{owned=4}}`${owned=5}`"
SITE = f"""
site: hostile
history: {{path: data}}
web: {{listen: "127.0.0.1:0", users: users.yaml}}
connections: {{plc: {{url: "URL"}}}}
devices:
  pump:
    connection: plc
    writes: true
    interval: 100ms
    points:
      speed: {{ref: "40001", unit: '{IMAGE}', quantity: '{SCRIPT}', write: {{}}}}
      words: {{ref: "40010", type: string, length: 40}}
alarms:
  fast: {{point: pump.speed, high: 1, for: 0, priority: high, say: '{SCRIPT} {IMAGE} {BREAKING} {{pump.words}}'}}
"""
"""Names cannot hold a script: the site file does not take them."""

PAGES = (
    "/",
    "/devices",
    "/points",
    "/trends?point=pump.speed&point=pump.words",
    "/alarms",
    "/connection/plc",
    "/security",
    "/tools/site",
)


def words() -> list[int]:
    data = IMAGE.encode().ljust(80, b"\0")
    return [int.from_bytes(data[place : place + 2]) for place in range(0, 80, 2)]


async def is_unharmed(page: Page) -> None:
    assert await page.evaluate("window.owned") is None
    assert await page.locator("img[src=x]").count() == 0


async def test_no_page_runs_what_it_shows(tmp_path: Path) -> None:
    device = Device(holding={0: [481], 9: words()}, identity=Identity(vendor=IMAGE, product=SCRIPT))
    async with Server(device, "tcp://127.0.0.1:0") as server:
        path = tmp_path / "site.yaml"
        path.write_text(SITE.replace("URL", server.url))
        with standing(tmp_path, path) as dashboard:
            async with chromium() as browser:
                page = await tab(browser, "about:blank")
                await enter(page, dashboard, "ann", "/")
                await acknowledge(page, dashboard)
                for where in PAGES:
                    answer = await page.goto(dashboard.url + where)
                    assert answer is not None
                    await page.locator("#main").wait_for()
                    if where == "/points":
                        await expect(page.locator(".p5-point").first).to_contain_text(IMAGE)
                        await expect(page.locator(".p5-point").nth(1)).to_contain_text(IMAGE)
                    if where in ("/", "/alarms"):
                        await expect(page.locator("#main")).to_contain_text(BREAKING)
                    if where == "/devices":
                        await page.get_by_label("Find").fill(SCRIPT)
                        await expect(page.locator(".p5-leaf").last).to_contain_text(IMAGE)
                    await is_unharmed(page)
                for where in (
                    "/points?q=",
                    "/devices?q=",
                    "/points?device=",
                    "/trends?point=",
                    "/connection/",
                    "/device/",
                ):
                    for attack in (IMAGE, BREAKING, MUSTACHE):
                        await page.goto(dashboard.url + where + quote(attack, safe=""))
                        await page.wait_for_load_state("load")
                        await is_unharmed(page)
                await page.goto(f"{dashboard.url}/points?q=speed")
                await page.get_by_role("button", name="Write", exact=True).click()
                dialog = page.get_by_role("dialog")
                await expect(dialog).to_contain_text(f"481 {IMAGE}")
                await page.get_by_label("New value").fill(SCRIPT)
                await expect(dialog).to_contain_text("script")
                await is_unharmed(page)


async def acknowledge(page: Page, dashboard: Dashboard) -> None:
    """Somebody's comment is an attack too."""
    await page.goto(f"{dashboard.url}/alarms")
    await page.get_by_role("button", name="Acknowledge", exact=True).first.click()
    await page.get_by_label("Comment").fill(f"{IMAGE}{MUSTACHE}")
    await page.keyboard.press("Enter")
    await expect(page.locator(".p5-alarm").first).to_contain_text(f"“{IMAGE}{MUSTACHE}”")
    await expect(page.locator(".p5-event").first).to_contain_text(IMAGE)
    await is_unharmed(page)


FORMULA = '=HYPERLINK("http://evil.example")'
MAP = f"""
map: evil/m1
manufacturer: '{IMAGE}'
models: ['{SCRIPT}']
category: plc
notes: ['{BREAKING}']
provenance: [{{source: '{IMAGE}', licence: '{SCRIPT}'}}]
points:
  speed: {{ref: holding:0, quantity: state, enum: {{481: '{SCRIPT}', 482: '{FORMULA}'}}}}
  words: {{ref: holding:9, type: string, length: 40, quantity: raw}}
"""
MAPPED = """
site: mapped
history: {path: data}
web: {listen: "127.0.0.1:0", users: users.yaml}
connections: {plc: {url: "URL"}}
devices: {pump: {connection: plc, map: ./evil.yaml, interval: 100ms}}
alarms:
  state: {point: pump.speed, is: 'SCRIPT', for: 0}
""".replace("SCRIPT", SCRIPT)


async def test_neither_a_map_nor_what_a_device_says_of_itself_is_run(tmp_path: Path) -> None:
    device = Device(
        holding={0: [481], 9: words()},
        identity=Identity(
            vendor=IMAGE,
            product=SCRIPT,
            revision=FORMULA,
            url=BREAKING,
            product_name=IMAGE,
            model=MUSTACHE,
        ),
    )
    (tmp_path / "evil.yaml").write_text(MAP)
    async with Server(device, "tcp://127.0.0.1:0") as server, Server(device, "tcp://127.0.0.2:0") as other:
        path = tmp_path / "site.yaml"
        path.write_text(MAPPED.replace("URL", server.url))
        with standing(tmp_path, path) as dashboard:
            async with chromium() as browser:
                page = await tab(browser, "about:blank")
                await enter(page, dashboard, "eve", "/")
                for where in ("/", "/points", "/devices", "/alarms", "/connection/plc", "/tools/site"):
                    await page.goto(dashboard.url + where)
                    await page.locator("#main").wait_for()
                    if where == "/points":
                        await expect(page.locator(".p5-point").first).to_contain_text(SCRIPT)
                    await is_unharmed(page)
                target = f"127.0.0.2:{other.port}"
                for where, begin, seen in (
                    (f"/tools/identify?target={target}", "Identify", IMAGE),
                    (f"/tools/doctor?target={target}", "Examine", ""),
                    (f"/tools/scan?ranges=127.0.0.2&ports={other.port}", "Scan", IMAGE),
                ):
                    await page.goto(dashboard.url + where)
                    if begin == "Scan":
                        await page.get_by_label("Ports").fill(str(other.port))
                    await page.get_by_role("button", name=begin, exact=True).click()
                    result = page.locator(".p5-found, .p5-table").first
                    await expect(result).to_be_visible(timeout=60_000)
                    await expect(page.locator("#main")).to_contain_text(seen)
                    await is_unharmed(page)
                async with page.expect_download() as coming:
                    await page.get_by_role("button", name="CSV").click()
                content = await (await coming.value).path()
                cells = [cell for row in csv.reader(content.read_text().splitlines()) for cell in row]
                assert any(IMAGE in cell for cell in cells)
                assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
                for where in (
                    "/tools/decode?frame=",
                    "/tools/explain?topic=",
                    "/tools/maps?map=",
                    "/tools/maps?q=",
                ):
                    for attack in (IMAGE, BREAKING, MUSTACHE):
                        await page.goto(dashboard.url + where + quote(attack, safe=""))
                        await page.wait_for_load_state("load")
                        await is_unharmed(page)
