"""What the tests of the screens share: screens on real devices and real sites, and waiting for what they show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from textual.pilot import Pilot
from textual.widget import Widget

from port502.cli.target import Asked, peer_for
from port502.cli.watching.ad_hoc import AdHocApp
from port502.cli.watching.book import Book
from port502.cli.watching.heard import OwnTap
from port502.server import Server
from port502.service.device import Device
from port502.site.build import load_site
from port502.site.running import Running

SITE = """
site: test
history: {{path: data}}
connections:
  plc: {{url: "{url}"}}
  gone: {{url: "tcp://127.0.0.1:1"}}
devices:
  pump:
    connection: plc
    writes: true
    interval: 50ms
    points:
      speed: {{ref: "40001", scale: 0.1, unit: Hz}}
      setpoint: {{ref: "40002", write: {{min: 0, max: 50}}}}
      ghost: {{ref: holding:999}}
      twice: {{expression: "speed * 2"}}
  meter: {{connection: gone, points: {{power: {{ref: "30001"}}}}}}
alarms:
  fast: {{point: pump.speed, high: 40, for: 0, clear_for: 0, priority: high, say: "It runs at {{pump.speed}} Hz"}}
  slow: {{point: pump.speed, low: 1, priority: low}}
"""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pilot wait for some turns of the loop: it would wait, up to a second, for a processor without work."""

    async def turns(*_: object) -> None:
        for _ in range(40):
            await asyncio.sleep(0)

    monkeypatch.setattr("textual.app.wait_for_idle", turns)
    monkeypatch.setattr("textual.pilot.wait_for_idle", turns)


async def until(pilot: Pilot[int], condition: Callable[[], object], seconds: float = 20) -> None:
    """Let the screen go on until something holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0)


async def typed(pilot: Pilot[int], text: str) -> None:
    """Type a text, and Enter."""
    names = {" ": "space", ":": "colon", "*": "asterisk", "/": "slash", ".": "full_stop", "-": "minus"}
    await pilot.press(*(names.get(one, one) for one in text), "enter")


def picture(widget: Widget) -> str:
    """The lines of a widget as they stand on the screen."""
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


@asynccontextmanager
async def screen(
    url: str, *refs: str, interval: float = 0.05, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[AdHocApp, Pilot[int]]]:
    """The screen for a target, with these references."""
    tap = OwnTap()
    book = Book(peer_for(Asked(url, timeout=1.0, patient=True, hear=tap.hear)))
    for ref in refs:
        book.add(ref)
    app = AdHocApp(book, tap, interval=interval)
    async with app.run_test(size=size) as pilot:
        yield app, pilot


@pytest_asyncio.fixture
async def boiler() -> AsyncIterator[tuple[Device, str]]:
    """A device with something in every table, and its url."""
    device = Device(
        holding={0: [10, 20, 30], 300: [0x0000, 0x41AC]}, coil={range(8): False}, input={0: 1, 1: 2}
    )
    async with Server(device, "tcp://127.0.0.1:0") as server:
        yield device, server.url


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[tuple[Device, Running]]:
    """A running site on a real device."""
    device = Device(holding={0: [481, 7]})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        path = tmp_path / "site.yaml"
        path.write_text(SITE.format(url=server.url))
        async with Running(load_site(path)) as running:
            async with asyncio.timeout(20):
                while running.summary().good < 3 or not any(one.active for one in running.alarms.states()):
                    await asyncio.sleep(0)
            yield device, running
