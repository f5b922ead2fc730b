"""When to try again: longer after each failure, never at once, never all together."""

from __future__ import annotations

import random
from collections.abc import Callable

from port502.errors import UsageError

JITTER = 0.2


class Backoff:
    """Delays of ``first`` seconds, doubled after each failure up to ``maximum``, each ± 20 %.

    Only a good answer of the peer resets it, not a mere connection. Raises UsageError unless 0 < first <= maximum.
    """

    __slots__ = ("_random", "failures", "first", "maximum")

    def __init__(
        self, first: float = 1.0, maximum: float = 30.0, *, spread: Callable[[], float] = random.random
    ) -> None:
        if not 0 < first <= maximum:
            raise UsageError(
                f"reconnect delays must be above 0 and not fall: first {first:g} s, max {maximum:g} s"
            )
        self.first = first
        self.maximum = maximum
        self.failures = 0
        self._random = spread

    def failed(self) -> float:
        """Count a failure; returns the seconds to wait before the next attempt."""
        delay = min(self.first * (1 << min(self.failures, 30)), self.maximum)
        self.failures += 1
        return delay * (1 - JITTER + 2 * JITTER * self._random())

    def reset(self) -> None:
        """The peer answered: begin from ``first`` again."""
        self.failures = 0
