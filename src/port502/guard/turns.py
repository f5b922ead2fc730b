"""One write at a time for each unit, where what is there has to be known until it is written."""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """Places in a queue for each unit id."""

    def __init__(self) -> None:
        self._queues: dict[int, deque[asyncio.Future[None]]] = {}

    def enter(self, unit: int) -> asyncio.Future[None] | None:
        """Take a turn; what is returned has to be waited for first. Every turn has to be left, or given up."""
        queue = self._queues.get(unit)
        if queue is None:
            self._queues[unit] = deque()
            return None
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        return turn

    def taken(self, unit: int) -> bool:
        """Whether somebody's turn it is."""
        return unit in self._queues

    def leave(self, unit: int) -> None:
        """The turn is over: the next one's turn it is."""
        queue = self._queues[unit]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._queues[unit]

    def give_up(self, unit: int, turn: asyncio.Future[None]) -> None:
        """Wait no longer; if it was one's turn already, it is over."""
        if turn.done() and not turn.cancelled():
            self.leave(unit)
        else:
            turn.cancel()
