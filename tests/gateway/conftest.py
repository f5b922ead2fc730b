"""Virtual time for everything about buses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.virtual_loop import VirtualLoop


@pytest.fixture
def virtual() -> Iterator[VirtualLoop]:
    """An event loop whose time jumps to the next thing to do."""
    loop = VirtualLoop()
    yield loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
