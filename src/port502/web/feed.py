"""Newest samples for whoever watches: each watcher gets the last of what it wants, and nothing piles up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from port502.collect.sample import Sample
from port502.web.turns import Turns

MOST_WATCHERS = 500


class Watcher:
    """Somebody who looks at some points (None: all of them).

    Of a point that changes faster than the watcher looks only the newest sample is kept, so that a slow watcher costs
    no more memory than there are points.
    """

    def __init__(
        self, points: Collection[str] | None, leave: Callable[[Watcher], None], turns: Turns
    ) -> None:
        self._turns = turns
        self._points = None if points is None else frozenset(points)
        self._fresh: dict[str, Sample] = {}
        self._some = asyncio.Event()
        self._leave = leave

    def put(self, samples: Sequence[Sample]) -> None:
        """Take note of some samples."""
        points = self._points
        fresh = self._fresh
        for sample in samples:
            if points is None or sample.point in points:
                fresh[sample.point] = sample
        if fresh:
            self._some.set()

    async def next(self) -> list[Sample]:
        """What has come since the last time; waits until there is something, and it is the watchers' turn.

        What the caller does with it until it waits again is the piece of work of this turn.
        """
        await self._some.wait()
        turn = await self._turns.take("watchers")
        asyncio.get_running_loop().call_soon(turn.end)
        self._some.clear()
        fresh, self._fresh = self._fresh, {}
        return list(fresh.values())

    def close(self) -> None:
        """Look no more."""
        self._leave(self)


class Feed:
    """A sink of the collector that passes samples on to all watchers."""

    def __init__(self) -> None:
        self.turns = Turns()
        self._watchers: set[Watcher] = set()

    def __len__(self) -> int:
        return len(self._watchers)

    def put(self, samples: Sequence[Sample]) -> None:
        """Take samples from the collector."""
        for watcher in self._watchers:
            watcher.put(samples)

    def watch(self, points: Collection[str] | None = None) -> Watcher | None:
        """A new watcher; None when there are too many already."""
        if len(self._watchers) >= MOST_WATCHERS:
            return None
        watcher = Watcher(points, self._watchers.discard, self.turns)
        self._watchers.add(watcher)
        return watcher
