"""One look at something that is dear to look at, for all who look at nearly the same time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

LIFE = 0.5


class Shared(Generic[T]):
    """What ``look`` found, at most half a second ago."""

    def __init__(self, look: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._clock = clock
        self._found: T | None = None
        self._until = 0.0

    def __call__(self) -> T:
        """What was found."""
        now = self._clock()
        if self._found is None or now >= self._until:
            self._found = self._look()
            self._until = now + LIFE
        return self._found

    def forget(self) -> None:
        """Look anew the next time."""
        self._found = None
