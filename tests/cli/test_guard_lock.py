"""The emergency stop from the command line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.site.build import load_site
from port502.site.running import Running
from tests.cli.conftest import Run

SITE = """
site: test
connections: {{plc: {{url: "{url}"}}}}
devices: {{d: {{connection: plc, points: {{a: {{ref: holding:0}}}}}}}}
listeners: {{own: {{url: "tcp://127.0.0.1:0", serve: own.yaml}}}}
"""


@pytest.fixture
def running(tmp_path: Path, device: str) -> Iterator[Running]:
    """A site at work in a thread of its own."""
    (tmp_path / "own.yaml").write_text("device: own\nholding: {0: 5}\n")
    path = tmp_path / "site.yaml"
    path.write_text(SITE.format(url=device))
    loop = asyncio.new_event_loop()
    ready, stopping = threading.Event(), asyncio.Event()
    found: list[Running] = []

    async def work() -> None:
        async with Running(load_site(path)) as site:
            found.append(site)
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(work()))
    thread.start()
    assert ready.wait(20)
    yield found[0]
    loop.call_soon_threadsafe(stopping.set)
    thread.join(20)
    loop.close()


def test_all_writes_are_stopped_and_freed(run: Run, running: Running) -> None:
    assert run("guard", "lock", "--why", "fire", "--json").json == {
        "locked": True,
        "listeners": ["own"],
        "reason": "fire",
    }
    assert running.listeners.locked == "fire"
    assert running.listeners.running["own"].gate.locked == "fire"
    assert run("guard", "unlock").out == "site.yaml: writes are let through again\n"
    assert not running.listeners.locked
    assert run("guard", "lock").out == "site.yaml: all writes are stopped (listeners: own)\n"
    assert run("guard", "unlock", "--json").json == {"locked": False, "listeners": ["own"]}


def test_a_site_that_does_not_run_cannot_be_locked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: test\n")
    assert run("guard", "lock").code == 3
    assert run("guard", "unlock", "missing.yaml").code == 2
