"""Pages that nobody takes up."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from tests.web.pages.conftest import Dashboard

COUNTED = """
import asyncio
from nicegui import Client, core
from nicegui.page import page
from port502.web.pages.unclaimed import bounded

async def main():
    core.loop = asyncio.get_running_loop()
    made = []

    def make(count):
        for _ in range(count):
            with Client(page("/x")) as client:
                bounded(client, 3)
                made.append(client)
        print([one.id in Client.instances for one in made])

    make(5)
    for handler in made[2].connect_handlers:
        made[2].safe_invoke(handler)
    make(4)

asyncio.run(main())
"""


@pytest.mark.interop
@pytest.mark.slow
async def test_where_no_page_is_a_browser_gets_one_and_a_program_a_line(dashboard: Dashboard) -> None:
    async with httpx.AsyncClient(base_url=dashboard.url, trust_env=False) as client:
        shown = await client.get("/nothing", headers={"Accept": "text/html,*/*"})
        said = await client.get("/nothing")
    assert (shown.status_code, said.status_code) == (404, 404)
    assert shown.headers["content-type"].startswith("text/html")
    assert '<a href="/">' in shown.text
    assert said.text == "There is no such page here; the dashboard begins at /\n"


@pytest.mark.slow
def test_the_oldest_makes_room_and_what_a_browser_took_up_stays() -> None:
    told = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    first, second = told.stdout.splitlines()
    assert first == "[False, False, True, True, True]"
    assert second == "[False, False, True, False, False, False, True, True, True]"
