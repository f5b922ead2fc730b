import asyncio

import pytest

from port502.collect.sample import Sample
from port502.web.feed import MOST_WATCHERS, Feed


def sample(point: str, value: int) -> Sample:
    return Sample(point, 1000.0 + value, value)


async def test_a_watcher_gets_the_newest_of_what_it_wants() -> None:
    feed = Feed()
    watcher = feed.watch(["a", "b"])
    assert watcher is not None
    feed.put([sample("a", 1), sample("b", 1), sample("c", 1)])
    feed.put([sample("a", 2)])
    assert sorted((one.point, one.value) for one in await watcher.next()) == [("a", 2), ("b", 1)]
    waiting = asyncio.ensure_future(watcher.next())
    feed.put([sample("c", 2)])
    await asyncio.sleep(0)
    assert not waiting.done()
    feed.put([sample("b", 3)])
    assert [one.value for one in await waiting] == [3]


async def test_who_wants_everything_gets_it_and_a_slow_one_costs_no_more_than_there_are_points() -> None:
    feed = Feed()
    watcher = feed.watch()
    assert watcher is not None
    for value in range(10_000):
        feed.put([sample("a", value), sample("b", value)])
    assert len(await watcher.next()) == 2


async def test_who_leaves_gets_nothing_more_and_there_are_only_so_many() -> None:
    feed = Feed()
    watchers = [feed.watch() for _ in range(MOST_WATCHERS)]
    assert feed.watch() is None
    assert watchers[0] is not None
    watchers[0].close()
    watchers[0].close()
    assert len(feed) == MOST_WATCHERS - 1
    assert feed.watch() is not None


@pytest.mark.parametrize("points", [None, ["a"]])
async def test_nothing_new_is_waited_for(points: list[str] | None) -> None:
    feed = Feed()
    watcher = feed.watch(points)
    assert watcher is not None
    feed.put([])
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watcher.next(), 0)
