"""Requests that wait for their turn: the most urgent first, and among those alike the one that came first."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any, TypeAlias

from port502.protocol.transaction import Transaction

AnyTransaction: TypeAlias = Transaction[Any]

MAX_QUEUED = 10_000


class RequestQueue(list[tuple[int, int, AnyTransaction]]):
    """A heap of (priority, number of arrival, transaction); lower priorities go first.

    It is a list so that the question most often asked, whether it is empty, costs nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self._arrivals = 0

    @property
    def is_full(self) -> bool:
        """Whether no more than what is to be repeated may be put in."""
        return len(self) >= MAX_QUEUED

    def put(self, transaction: AnyTransaction) -> None:
        """Let a request wait behind those of the same priority."""
        self._arrivals += 1
        heappush(self, (transaction.priority, self._arrivals, transaction))

    def take(self) -> AnyTransaction:
        """The request whose turn it is."""
        return heappop(self)[2]

    def take_all(self) -> list[AnyTransaction]:
        """All requests, in no order."""
        taken = [entry[2] for entry in self]
        self.clear()
        return taken

    def take_late(self, now: float) -> list[AnyTransaction]:
        """The requests whose deadline has passed."""
        late = [entry[2] for entry in self if entry[2].deadline <= now]
        if late:
            self[:] = [entry for entry in self if entry[2].deadline > now]
            heapify(self)
        return late

    def first_deadline(self) -> float | None:
        """The earliest deadline of all that wait."""
        return min((entry[2].deadline for entry in self), default=None)
