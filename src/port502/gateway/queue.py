"""Whose turn it is on a wire that many clients share: round robin per client, never first come, first served."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

LONGEST_ROUND = 64
"""Turns after which nobody joins a round any more: ever new clients must not keep the others waiting."""


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much may wait: requests in all, requests of one client, and seconds until one is too old to be sent."""

    total: int = 256
    per_client: int = 32
    age: float = 10.0


@dataclass(slots=True)
class QueueCounters:
    """What became of requests that waited; ``full`` were not taken, ``late`` too old, ``gone`` without a client."""

    taken: int = 0
    full: int = 0
    late: int = 0
    gone: int = 0


class Waiting(Generic[T]):
    """One request in the queue; times are monotonic seconds."""

    __slots__ = ("deadline", "item", "since", "urgent")

    def __init__(self, item: T, urgent: bool, since: float, deadline: float) -> None:
        self.item = item
        self.urgent = urgent
        self.since = since
        self.deadline = deadline


class _Lane(Generic[T]):
    """What one client waits for, in its order, and the number of the round in which it has its next turn."""

    __slots__ = ("round", "waiting")

    def __init__(self, round_: int) -> None:
        self.round = round_
        self.waiting: deque[Waiting[T]] = deque()


class FairQueue(Generic[T]):
    """Requests of many clients: each client gets one turn per round, and its own requests keep their order.

    Who begins to ask has a turn in the round under way, unless it had one: it waits for nobody's second turn. A client
    whose next request is urgent has its turn of the round before the others, not a turn more: urgency costs nobody any
    share of the wire. ``wanted`` tells whether somebody still waits for an item.
    """

    def __init__(
        self, limits: QueueLimits | None = None, *, wanted: Callable[[T], bool] = lambda item: True
    ) -> None:
        self.limits = limits or QueueLimits()
        self.counters = QueueCounters()
        self._wanted = wanted
        self._lanes: dict[Hashable, _Lane[T]] = {}
        self._length = 0
        self._round = 0
        self._served: set[Hashable] = set()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Waiting[T]]:
        for lane in self._lanes.values():
            yield from lane.waiting

    @property
    def clients(self) -> int:
        """How many clients have something waiting."""
        return len(self._lanes)

    def put(
        self, client: Hashable, item: T, now: float, *, urgent: bool = False, age: float | None = None
    ) -> bool:
        """Let an item wait for its turn; False, with nothing taken, when there is no room for it.

        ``age`` is how old this one may get, where that is less than the limit.
        """
        lane = self._lanes.get(client)
        if self._is_full(lane):
            self.forget_unwanted()
            lane = self._lanes.get(client)
            if self._is_full(lane):
                self.counters.full += 1
                return False
        if lane is None:
            may_join = client not in self._served and len(self._served) < LONGEST_ROUND
            lane = self._lanes[client] = _Lane(self._round if may_join else self._round + 1)
        longest = self.limits.age if age is None else min(age, self.limits.age)
        lane.waiting.append(Waiting(item, urgent, now, now + longest))
        self._length += 1
        self.counters.taken += 1
        return True

    def take(self) -> T | None:
        """The item whose turn it is, those without a client dropped; take out with ``late`` first what is too old."""
        self.forget_unwanted()
        if not self._length:
            return None
        client = self._next()
        lane = self._lanes.pop(client)
        item = lane.waiting.popleft().item
        self._length -= 1
        self._served.add(client)
        if lane.waiting:
            lane.round = self._round + 1
            self._lanes[client] = lane  # at the end of that round
        return item

    def late(self, now: float) -> list[T]:
        """Take out what has become too old to be sent."""
        dropped: list[T] = []
        for client, lane in list(self._lanes.items()):
            if all(waiting.deadline > now for waiting in lane.waiting):
                continue
            for waiting in [one for one in lane.waiting if one.deadline <= now]:
                lane.waiting.remove(waiting)
                self._length -= 1
                if self._wanted(waiting.item):
                    self.counters.late += 1
                    dropped.append(waiting.item)
                else:
                    self.counters.gone += 1
            if not lane.waiting:
                del self._lanes[client]
        return dropped

    def oldest(self) -> Waiting[T] | None:
        """What has waited longest; None when nothing waits."""
        heads = (lane.waiting[0] for lane in self._lanes.values())
        return min(heads, key=lambda waiting: waiting.since, default=None)

    @property
    def first_deadline(self) -> float | None:
        """When the next one becomes too old; None when nothing waits."""
        return min((waiting.deadline for waiting in self), default=None)

    def clear(self) -> list[T]:
        """Take out everything that somebody waits for."""
        items = [waiting.item for waiting in self if self._wanted(waiting.item)]
        self._lanes.clear()
        self._length = 0
        return items

    def forget_unwanted(self) -> None:
        """Drop what nobody waits for any more."""
        for client, lane in list(self._lanes.items()):
            kept = deque(waiting for waiting in lane.waiting if self._wanted(waiting.item))
            gone = len(lane.waiting) - len(kept)
            self._length -= gone
            self.counters.gone += gone
            lane.waiting = kept
            if not kept:
                del self._lanes[client]

    def _is_full(self, lane: _Lane[T] | None) -> bool:
        mine = 0 if lane is None else len(lane.waiting)
        return self._length >= self.limits.total or mine >= self.limits.per_client

    def _next(self) -> Hashable:
        """Whose turn it is; a round is over when all that wait had their turn in it."""
        earliest = min(lane.round for lane in self._lanes.values())
        if earliest > self._round:
            self._round = earliest
            self._served.clear()
        turns = [(client, lane) for client, lane in self._lanes.items() if lane.round == self._round]
        urgent = (client for client, lane in turns if lane.waiting[0].urgent)
        return next(urgent, turns[0][0])
