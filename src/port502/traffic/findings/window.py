"""What was met lately: different things, or times, within so many seconds, in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Final

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
MOST: Final = 1_024


class Different:
    """Different things of the last ``span`` nanoseconds, each at the time it was last met."""

    __slots__ = ("_met", "_most", "_span")

    def __init__(self, span: int = MINUTE, most: int = MOST) -> None:
        self._span = span
        self._most = most
        self._met: dict[Hashable, int] = {}

    def add(self, thing: Hashable, time: int) -> int:
        """Something was met; gives how many different things are remembered."""
        met = self._met
        met.pop(thing, None)
        met[thing] = time
        while len(met) > self._most or met[next(iter(met))] < time - self._span:
            del met[next(iter(met))]
        return len(met)

    def drop(self, thing: Hashable) -> None:
        """It does not count any more."""
        self._met.pop(thing, None)


class Times:
    """How often something happened within the last ``span`` nanoseconds."""

    __slots__ = ("_span", "_times")

    def __init__(self, span: int = MINUTE, most: int = MOST) -> None:
        self._span = span
        self._times: deque[int] = deque(maxlen=most)

    def add(self, time: int) -> int:
        """It happened; gives how often it did lately."""
        times = self._times
        times.append(time)
        while times[0] < time - self._span:
            times.popleft()
        return len(times)

    def clear(self) -> None:
        """Begin to count anew."""
        self._times.clear()


class Tried:
    """What was tried, and did not answer: within the last minute, and for at least a second unless it was refused."""

    __slots__ = ("_first", "_refused")

    def __init__(self) -> None:
        self._first: dict[Hashable, int] = {}
        self._refused: set[Hashable] = set()

    def tries(self, thing: Hashable, time: int) -> int:
        """It is tried; gives how many there are that do not answer."""
        self._first.setdefault(thing, time)
        if len(self._first) > MOST:
            self.answers(next(iter(self._first)))
        return self.silent(time)

    def refuses(self, thing: Hashable, time: int) -> int:
        """It was refused; gives how many there are that do not answer."""
        if thing in self._first:
            self._refused.add(thing)
        return self.silent(time)

    def answers(self, thing: Hashable) -> None:
        """It is there."""
        self._first.pop(thing, None)
        self._refused.discard(thing)

    def silent(self, now: int) -> int:
        """How many there are that do not answer."""
        for thing in [one for one, first in self._first.items() if first < now - MINUTE]:
            self.answers(thing)
        refused = self._refused
        return sum(one in refused or now - first > SECOND for one, first in self._first.items())
