"""Who guesses passwords has to wait, longer each time."""

from __future__ import annotations

from dataclasses import dataclass

FREE = 5
"""Failures that cost nothing."""
FIRST_WAIT = 2.0
LONGEST_WAIT = 300.0
FORGET = 900.0
MOST = 10_000


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


class Throttle:
    """Counts failures by whatever they came from: an address, a name. ``now`` is monotonic seconds."""

    def __init__(self) -> None:
        self._failures: dict[str, _Failures] = {}

    def wait(self, keys: tuple[str, ...], now: float) -> float:
        """Seconds until these may try again; 0 for at once."""
        return max((self._wait(key, now) for key in keys), default=0.0)

    def failed(self, keys: tuple[str, ...], now: float) -> None:
        """An attempt has failed."""
        for key in keys:
            failures = self._failures.get(key)
            if failures is None or now - failures.last > FORGET:
                failures = self._failures[key] = _Failures(0, now)
            failures.count += 1
            failures.last = now
        while len(self._failures) > MOST:
            del self._failures[min(self._failures, key=lambda key: self._failures[key].last)]

    def succeeded(self, keys: tuple[str, ...]) -> None:
        """An attempt was right: nothing is held against these any more."""
        for key in keys:
            self._failures.pop(key, None)

    def take_back(self, key: str) -> None:
        """What was counted as a failure was none; those before it stay."""
        failures = self._failures.get(key)
        if failures is not None:
            failures.count -= 1

    def _wait(self, key: str, now: float) -> float:
        failures = self._failures.get(key)
        if failures is None or failures.count < FREE or now - failures.last > FORGET:
            return 0.0
        wait = min(FIRST_WAIT * 2.0 ** min(failures.count - FREE, 16), LONGEST_WAIT)
        return max(0.0, failures.last + wait - now)
