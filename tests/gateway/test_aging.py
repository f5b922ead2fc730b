"""What waits too long is taken out on time."""

from __future__ import annotations

import asyncio

from port502.gateway.aging import Aging
from port502.gateway.queue import FairQueue, QueueLimits
from tests.virtual_loop import VirtualLoop


def test_each_is_handed_over_when_its_own_time_is_up(virtual: VirtualLoop) -> None:
    late: list[tuple[str, float]] = []
    began = virtual.time()

    async def scene() -> None:
        queue: FairQueue[str] = FairQueue(QueueLimits(age=5.0))
        aging = Aging(queue, virtual, virtual.time, lambda item: late.append((item, virtual.time() - began)))

        def put(item: str, age: float | None = None) -> None:
            queue.put(item, item, virtual.time(), age=age)
            aging.watch(virtual.time() + (age or 5.0))

        put("patient")
        put("hasty", 1.0)
        put("soon", 2.0)
        await asyncio.sleep(1.5)
        assert queue.take() == "patient"
        put("last", 1.0)
        await asyncio.sleep(3.0)
        put("unheard", 1.0)
        aging.stop()
        await asyncio.sleep(3.0)
        assert len(queue) == 1

    virtual.run_until_complete(scene())
    assert late == [("hasty", 1.0), ("soon", 2.0), ("last", 2.5)]


def test_what_was_taken_out_otherwise_is_not_waited_for(virtual: VirtualLoop) -> None:
    async def scene() -> None:
        queue: FairQueue[str] = FairQueue()
        aging = Aging(queue, virtual, virtual.time, lambda item: None)
        queue.put("a", "x", virtual.time(), age=1.0)
        aging.watch(virtual.time() + 1.0)
        queue.take()
        await asyncio.sleep(2.0)
        aging.drop_late(virtual.time())
        assert not len(queue)

    virtual.run_until_complete(scene())
