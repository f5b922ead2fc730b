"""The connections that were let in, and which of them has been of the least use for longest."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_SPARE = 64
"""So many entries of seats that are gone already are kept before they are cleared away."""


class Seat(Generic[K]):
    """A connection that was let in. ``last`` is when it was last used; a listener may set it directly."""

    __slots__ = ("arrived", "host", "key", "last", "listed")

    def __init__(self, key: K, host: str, listed: bool, now: float) -> None:
        self.key = key
        self.host = host
        self.listed = listed
        self.arrived = now
        self.last = now

    def worth(self) -> tuple[bool, float]:
        """The lowest goes first: connections that never brought a request, then the longest unused."""
        return self.last > self.arrived, self.last


class SeatQueue(Generic[K]):
    """Seats by their worth, so that finding the lowest of many thousand costs next to nothing.

    The worth of a seat only grows. Where it stands in the queue is what it was worth when it was last looked at, and it
    is looked at again when it comes to the head. ``refresh`` brings its ``last`` up to date.
    """

    def __init__(self, refresh: Callable[[Seat[K]], None]) -> None:
        self._refresh = refresh
        self._present: dict[K, Seat[K]] = {}
        self._heap: list[tuple[tuple[bool, float], int, Seat[K]]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._present)

    def add(self, seat: Seat[K]) -> None:
        """A seat is taken."""
        self._present[seat.key] = seat
        self._count += 1
        heapq.heappush(self._heap, (seat.worth(), self._count, seat))

    def remove(self, seat: Seat[K]) -> None:
        """A seat is free again."""
        self._present.pop(seat.key, None)
        if len(self._heap) > 2 * len(self._present) + _SPARE:
            self._heap = [entry for entry in self._heap if self._is_here(entry[2])]
            heapq.heapify(self._heap)

    def lowest(self) -> Seat[K] | None:
        """The seat of the lowest worth, the earliest of several; None when there is none."""
        heap = self._heap
        while heap:
            noted, number, seat = heap[0]
            if not self._is_here(seat):
                heapq.heappop(heap)
                continue
            self._refresh(seat)
            worth = seat.worth()
            if worth == noted:
                return seat
            heapq.heapreplace(heap, (worth, number, seat))
        return None

    def _is_here(self, seat: Seat[K]) -> bool:
        return self._present.get(seat.key) is seat
