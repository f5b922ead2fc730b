"""A dashboard in a process of its own, and Chromium to look at it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.peers import need_program

SIZES = {"desktop": (1440, 900), "panel": (1024, 768), "phone": (390, 844)}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What keeps Chromium from talking to anybody but the dashboard."""


@dataclass(frozen=True)
class Dashboard:
    """Where it is, and what opens it."""

    url: str
    tokens: dict[str, str]
    links: list[str]
    site: Path
    pid: int
    _registers: IO[str]

    def set(self, address: int, value: int) -> None:
        """Let a register of the device have another value."""
        self._registers.write(f"{address} {value}\n")
        self._registers.flush()


@contextmanager
def standing(folder: Path, *site: Path) -> Iterator[Dashboard]:
    """A dashboard of one's own: of a pump in a folder, or of another site file."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.pages.plant", *map(str, (folder, *site))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        yield Dashboard(
            ready["url"], ready["tokens"], ready["links"], Path(ready["site"]), process.pid, process.stdin
        )
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """One dashboard for all tests: they leave it as they found it."""
    with standing(tmp_path_factory.mktemp("plant")) as stood:
        yield stood


Opening = Callable[..., AbstractAsyncContextManager[Page]]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium that talks to nobody but the dashboard."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=need_program("chromium", "Debian: chromium"), args=list(QUIET)
        )
        try:
            yield browser
        finally:
            await browser.close()


async def tab(browser: Browser, url: str, *, size: str = "desktop", dark: bool = False) -> Page:
    """A page in a window of its own, with cookies of its own."""
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(url)
    return page


@pytest.fixture
def browser() -> Callable[[], AbstractAsyncContextManager[Browser]]:
    """A Chromium of one's own: ``async with browser() as chromium``."""
    return chromium


@pytest.fixture
def opened(dashboard: Dashboard) -> Opening:
    """A page of the dashboard in a new browser: ``async with opened("/points", size="phone") as page``.

    What the page complains of in its console is a fault, and fails the test at the end of the block.
    """

    @asynccontextmanager
    async def opening(path: str = "/", *, size: str = "desktop", dark: bool = False) -> AsyncIterator[Page]:
        complaints: list[str] = []
        async with chromium() as browser:
            page = await tab(browser, "about:blank", size=size, dark=dark)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            await page.goto(dashboard.url + path)
            yield page
        assert not complaints

    return opening
