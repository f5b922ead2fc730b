from __future__ import annotations

import asyncio
import time

from port502.collect.clock import LoopClock


async def test_the_loops_clock_tells_both_times_and_calls_back() -> None:
    clock = LoopClock()
    assert clock.time() == asyncio.get_running_loop().time() or clock.time() > 0
    assert abs(clock.wall() - time.time()) < 1
    called = asyncio.Event()
    clock.call_at(clock.time(), called.set)
    never = clock.call_at(clock.time(), lambda: 1 / 0)
    never.cancel()
    async with asyncio.timeout(5):
        await called.wait()
