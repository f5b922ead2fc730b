"""Whose turn it is: what browsers ask for is done piece by piece, so that the collector in the same loop waits for one.

Fifty pages asked for at once would otherwise be made in one go of the loop, and nothing be polled for seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Hashable

SHARE = 0.5
"""The part of the loop's time that pieces get together, where they want more."""
BURST = 0.25
"""Seconds of work that nobody has to wait for: what a person opens."""
LONGEST = 0.1
"""Seconds after which a piece that only waits for something, such as the disk, keeps nobody else waiting."""
SHORTEST = 0.001
"""Seconds of rest that are not worth a timer."""


class Turn:
    """Somebody's turn, which lasts until ``end``, or for a tenth of a second."""

    def __init__(self, turns: Turns, began: float) -> None:
        self._turns = turns
        self._timer = asyncio.get_running_loop().call_later(LONGEST, self.end)
        self.began = began

    def end(self) -> None:
        """The work is done, or waits for something; safe to call twice."""
        self._timer.cancel()
        self._turns.ended(self)


class Turns:
    """Takes pieces of work one after the other, in turn of who asks; between two the loop goes round.

    ``clock`` is monotonic seconds, ``spent`` the seconds of work that the loop has done so far.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.thread_time,
    ) -> None:
        self._clock = clock
        self._spent = spent
        self._waiting: dict[Hashable, deque[asyncio.Future[Turn]]] = {}
        self._current: Turn | None = None
        self._resting: asyncio.Handle | None = None
        self._level = 0.0
        self._seen = clock()

    async def take(self, asker: Hashable) -> Turn:
        """Wait until it is one's turn: who asks for much waits behind who asks for little."""
        waiting: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(asker, deque()).append(waiting)
        self._next()
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                waiting.result().end()
            raise

    def ended(self, turn: Turn) -> None:
        """Called by a turn at its end."""
        if self._current is turn:
            self._current = None
            self._level += self._spent() - turn.began
            self._resting = asyncio.get_running_loop().call_soon(self._rested)

    def _next(self) -> None:
        if self._current is not None or self._resting is not None:
            return
        loop = asyncio.get_running_loop()
        while self._waiting:
            rest = self._rest()
            if rest > SHORTEST:
                self._resting = loop.call_later(rest, self._rested)
                return
            waiting = self._pop()
            if not waiting.done():
                self._current = Turn(self, self._spent())
                waiting.set_result(self._current)
                return

    def _rested(self) -> None:
        self._resting = None
        self._next()

    def _rest(self) -> float:
        """Seconds until there may be more work."""
        now = self._clock()
        self._level = max(0.0, self._level - SHARE * (now - self._seen))
        self._seen = now
        return (self._level - BURST) / SHARE

    def _pop(self) -> asyncio.Future[Turn]:
        asker, queue = next(iter(self._waiting.items()))
        del self._waiting[asker]
        waiting = queue.popleft()
        if queue:
            self._waiting[asker] = queue  # behind all others
        return waiting
