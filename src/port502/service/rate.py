"""A limit on requests per second that lets short bursts pass. No clock: time is an argument."""

from __future__ import annotations

from port502.errors import UsageError

_ROUNDING = 1e-9


class TokenBucket:
    """Lets ``rate`` things pass per second, and up to ``burst`` at once after a pause (one second's worth).

    Times are seconds of any monotonic clock. Raises UsageError for a rate that lets nothing pass.
    """

    __slots__ = ("_at", "_tokens", "burst", "rate")

    def __init__(self, rate: float, burst: float | None = None) -> None:
        if not rate > 0 or (burst is not None and burst < 1):
            raise UsageError(f"a rate is above 0 and a burst at least 1, got {rate} and {burst}")
        self.rate = rate
        self.burst = max(rate, 1.0) if burst is None else burst
        self._tokens = self.burst
        self._at: float | None = None

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Whether ``amount`` may pass now; if so, it is taken."""
        self._fill(now)
        if self._tokens + _ROUNDING < amount:
            return False
        self._tokens -= amount
        return True

    def wait(self, now: float, amount: float = 1.0) -> float:
        """Seconds until ``amount`` (at most the burst) may pass; 0 when it may at once."""
        self._fill(now)
        return max(0.0, (min(amount, self.burst) - self._tokens) / self.rate)

    def _fill(self, now: float) -> None:
        if self._at is not None and now > self._at:
            self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now if self._at is None else max(now, self._at)
