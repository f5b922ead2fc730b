"""Rules of every test: nothing is left running behind it, and no missing peer goes unnoticed."""

from __future__ import annotations

import gc
import inspect
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.peers import MISSING
from tests.strays import Snapshot, stray_tasks
from tests.thoroughness import settings

os.environ["PORT502_WEB"] = "0"  # sites run without a dashboard, except where a test wants one
settings.load_profile("patient")  # until the command line names another
gc.disable()  # until the tests are collected


def pytest_collection_finish() -> None:
    """The thousands of tests stay to the end: nobody has to look for garbage among them, again and again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    before = Snapshot.take()
    yield
    if strays := before.strays():
        pytest.fail("the test left behind: " + "; ".join(strays), pytrace=False)


@pytest_asyncio.fixture
async def _no_task_left_running() -> AsyncIterator[None]:
    yield
    if strays := stray_tasks():
        pytest.fail("the test left behind: " + "; ".join(strays), pytrace=False)


@pytest.fixture(autouse=True)
def _tasks_end_with_their_test(request: pytest.FixtureRequest, _nothing_left_running: None) -> None:
    """Asks for the look at tasks only where there is a loop, so that other tests do not pay for one."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("_no_task_left_running")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each peer whose absence skipped tests, so that a short run is never mistaken for a full one."""
    missing: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _, found, peer = reason.partition(MISSING)
        if found:
            missing[peer] += 1
    if missing:
        terminalreporter.section("tests skipped for want of a peer", yellow=True)
        for peer, count in sorted(missing.items()):
            terminalreporter.write_line(f"{count:4d} × {peer}")
        terminalreporter.write_line("`make peers` installs them (as root, from Debian's packages).")
