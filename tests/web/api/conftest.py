from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.web.serving import Serving, serving


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Serving]:
    """A site with its dashboard, its first values read."""
    async with serving(tmp_path) as one:
        async with asyncio.timeout(20):
            watcher = one.web.station.feed.watch()
            assert watcher is not None
            while one.web.station.counts().good < 3:
                await watcher.next()
            watcher.close()
        yield one
