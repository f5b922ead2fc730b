"""The event loops a program of the bench can run on, and how it learns that it should end."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine


def run(work: Coroutine[object, object, None], *, uvloop: bool) -> None:
    """Run on the default loop, or on uvloop (which must then be installed)."""
    if uvloop:
        import uvloop as fast

        with asyncio.Runner(loop_factory=fast.new_event_loop) as runner:
            runner.run(work)
    else:
        asyncio.run(work)


async def until_input_ends(port: int) -> None:
    """Tell the runner that the server is ready, then wait until the runner closes our standard input."""
    print(f"ready {port}")
    sys.stdout.flush()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(0, lambda: ended.set() if not os.read(0, 1) else None)
    await ended.wait()
    loop.remove_reader(0)
