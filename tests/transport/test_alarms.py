"""One timer for many sleepers."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from port502.transport.alarms import PAUSE, Alarms, alarms_of
from tests.virtual_loop import VirtualLoop


class Sleeper:
    """Notes when it is woken, and may want to be woken again."""

    def __init__(self, alarms: Alarms, woken: list[Sleeper]) -> None:
        self.again: float | None = None
        self.done = asyncio.Event()
        self._alarms = alarms
        self._woken = woken

    def wake(self) -> None:
        self._woken.append(self)
        self.done.set()
        if self.again is not None:
            when, self.again = self.again, None
            self.done.clear()
            self._alarms.set(self, when)


@pytest.fixture
async def now() -> float:
    return asyncio.get_running_loop().time()


async def test_sleepers_are_woken_in_the_order_of_their_times(now: float) -> None:
    woken: list[Sleeper] = []
    alarms = Alarms(asyncio.get_running_loop())
    sleepers = [Sleeper(alarms, woken) for _ in range(3)]
    for sleeper, delay in zip(sleepers, (0.03, 0.01, 0.02), strict=True):
        alarms.set(sleeper, now + delay)
    await asyncio.gather(*[sleeper.done.wait() for sleeper in sleepers])
    assert woken == [sleepers[1], sleepers[2], sleepers[0]]


async def test_only_the_earliest_time_counts(now: float) -> None:
    woken: list[Sleeper] = []
    alarms = Alarms(asyncio.get_running_loop())
    sleeper, last = Sleeper(alarms, woken), Sleeper(alarms, woken)
    alarms.set(sleeper, now + 0.03)
    alarms.set(sleeper, now + 0.01)
    alarms.set(sleeper, now + 0.02)
    alarms.set(last, now + 0.04)
    await last.done.wait()
    assert woken == [sleeper, last]


async def test_who_does_not_want_to_be_woken_any_more_is_not(now: float) -> None:
    woken: list[Sleeper] = []
    alarms = Alarms(asyncio.get_running_loop())
    sleeper, last = Sleeper(alarms, woken), Sleeper(alarms, woken)
    alarms.set(sleeper, now + 0.01)
    alarms.clear(sleeper)
    alarms.set(last, now + 0.02)
    await last.done.wait()
    assert woken == [last]


async def test_who_is_woken_may_ask_for_another_time(now: float) -> None:
    woken: list[Sleeper] = []
    alarms = Alarms(asyncio.get_running_loop())
    sleeper = Sleeper(alarms, woken)
    sleeper.again = now + 0.02
    alarms.set(sleeper, now + 0.01)
    while len(woken) < 2:
        await asyncio.sleep(0)
    assert woken == [sleeper, sleeper]


def test_many_deadlines_need_few_rings_and_none_is_early() -> None:
    loop = VirtualLoop()
    rings: list[float] = []
    early: list[float] = []
    late: list[float] = []

    class Timed:
        def __init__(self, when: float) -> None:
            self.when = when

        def wake(self) -> None:
            now = loop.time()
            rings.append(now)
            (early if now < self.when else late).append(now - self.when)

    alarms = Alarms(loop)
    start = loop.time()
    sleepers = [Timed(start + number / 1000) for number in range(1000)]
    for sleeper in sleepers:
        alarms.set(sleeper, sleeper.when)
    loop.run_for(2.0)
    loop.close()
    assert len(late) == 1000
    assert not early
    assert max(late) <= PAUSE + 1e-9
    assert len(set(rings)) <= 1 / PAUSE + 1


def test_what_is_cleared_and_set_again_all_the_time_leaves_one_timer() -> None:
    class Calm:
        def wake(self) -> None:
            raise AssertionError("it was answered in time")

    loop = VirtualLoop()
    alarms = Alarms(loop)
    sleeper = Calm()
    for _ in range(1000):
        alarms.set(sleeper, loop.time() + 1.0)
        loop.run_for(0.002)
        alarms.clear(sleeper)
        loop.run_for(0.008)
    assert len([timer for timer in loop._scheduled if not timer.cancelled()]) <= 1
    loop.run_for(5.0)
    assert not loop._scheduled
    loop.close()


async def test_one_that_fails_does_not_keep_the_others_asleep(now: float) -> None:
    class Broken(Sleeper):
        def wake(self) -> None:
            raise ZeroDivisionError

    woken: list[Sleeper] = []
    loop = asyncio.get_running_loop()
    failures: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: failures.append(context))
    alarms = Alarms(loop)
    broken, last = Broken(alarms, woken), Sleeper(alarms, woken)
    alarms.set(broken, now + 0.01)
    alarms.set(last, now + 0.02)
    await last.done.wait()
    assert len(failures) == 1


@pytest.mark.slow
def test_each_loop_has_its_own_and_keeps_none_alive() -> None:
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    try:
        assert alarms_of(first) is alarms_of(first)
        assert alarms_of(first) is not alarms_of(second)
        alarms_of(second).set(Sleeper(alarms_of(first), []), second.time() + 1.0)
        uvloop = pytest.importorskip("uvloop")
        other = uvloop.new_event_loop()
        assert alarms_of(other) is alarms_of(other)
        other.close()
    finally:
        first.close()
        second.close()
    gone = weakref.ref(alarms_of(second))
    del second
    gc.collect()
    assert gone() is None
