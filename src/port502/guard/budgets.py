"""What clients have used up of rates and steps: bounded in number, and never lost in a client's favour."""

from __future__ import annotations

from collections.abc import Hashable

from port502.service.rate import TokenBucket

MOST = 16_384


class Budgets:
    """Token buckets by key; where there are too many of them, a new key has nothing to spend."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._buckets: dict[Hashable, TokenBucket] = {}

    def bucket(self, key: Hashable, rate: float, burst: float, now: float) -> TokenBucket | None:
        """The bucket of a key, full when it is new; None when there is no room for another one."""
        found = self._buckets.get(key)
        if found is None:
            if len(self._buckets) >= self._most and not self._forget_full(now):
                return None
            found = self._buckets[key] = TokenBucket(rate, burst)
        return found

    def _forget_full(self, now: float) -> bool:
        """Drop those that nothing is missing from: made anew they are the same."""
        full = [key for key, bucket in self._buckets.items() if not bucket.wait(now, bucket.burst)]
        for key in full:
            del self._buckets[key]
        return bool(full)
