"""Between polling and the disk: a bounded queue that one thread empties, so that polling never waits."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence

from port502.collect.sample import Sample
from port502.history.spool import Spool

_log = logging.getLogger(__name__)


class Recorder:
    """Hands samples to a spool in a thread: each ``interval`` seconds, or once ``batch`` have gathered.

    At most ``capacity`` samples wait; beyond, the oldest are dropped, counted in ``overflowed`` and recorded
    as a gap. The recorder owns the spool and closes it. ``put`` may be called from any thread and returns at
    once.
    """

    def __init__(
        self, spool: Spool, *, batch: int = 1000, interval: float = 1.0, capacity: int = 200_000
    ) -> None:
        self.spool = spool
        self.batch = batch
        self.interval = interval
        self.capacity = capacity
        self.overflowed = 0
        self._changed = threading.Condition()
        self._queue: deque[Sequence[Sample]] = deque()
        self._waiting = 0
        self._spilled: tuple[float, float, int] | None = None
        self._told = 0
        self._failed = 0
        self._busy = False
        self._flushing = False
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="port502-history", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Samples that wait to be written."""
        return self._waiting

    @property
    def lost(self) -> int:
        """All samples that were put and will never be kept, each counted once, whatever the reason."""
        with self._changed:
            return self.spool.lost + self.overflowed - self._told + self._failed

    def put(self, samples: Sequence[Sample]) -> None:
        """Queues samples, which must not be changed afterwards; after ``close`` they count as overflow."""
        if not samples:
            return
        with self._changed:
            if self._closing:
                self.overflowed += len(samples)
                return
            self._queue.append(samples)
            self._waiting += len(samples)
            if self._waiting > self.capacity:
                self._spill()
            if self._waiting >= self.batch:
                self._changed.notify_all()

    def flush(self, timeout: float | None = None) -> bool:
        """Waits until nothing is queued any more; False when ``timeout`` seconds were not enough."""
        with self._changed:
            self._flushing = True
            self._changed.notify_all()
            done = self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout)
            self._flushing = False
            return done

    def close(self, timeout: float | None = 5.0) -> bool:
        """Writes what waits and closes the spool; False when ``timeout`` seconds were not enough.

        Blocks: from a coroutine call it through ``asyncio.to_thread``. Safe to call twice.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _spill(self) -> None:
        if not self.overflowed:
            _log.error(
                "history %s: the disk is too slow, the oldest waiting samples are dropped", self.spool.path
            )
        while self._waiting > self.capacity and self._queue:
            oldest = self._queue.popleft()
            self._waiting -= len(oldest)
            self.overflowed += len(oldest)
            times = [sample.time for sample in oldest]
            since, until, count = self._spilled or (times[0], times[0], 0)
            self._spilled = (min(since, *times), max(until, *times), count + len(oldest))

    def _work(self) -> None:
        try:
            while self._turn():
                pass
        finally:
            self.spool.close()

    def _turn(self) -> bool:
        """One batch from the queue to the spool; False when there will be no more."""
        with self._changed:
            self._changed.wait_for(self._is_due, self.interval)
            samples = self._take()
            spilled, self._spilled = self._spilled, None
            self._busy = True
            last = self._closing and not self._waiting
        try:
            if spilled:
                with self._changed:  # nobody may see them counted twice
                    self.spool.record_loss(*spilled, "the disk was too slow")
                    self._told += spilled[2]
            if samples:
                self.spool.append(samples)
        except Exception:  # whatever it was: the next batch must still find somebody who writes
            self._failed += len(samples)
            _log.exception("history %s: a batch of %d samples was lost", self.spool.path, len(samples))
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
        return not last

    def _is_due(self) -> bool:
        return self._closing or self._waiting >= self.batch or (self._flushing and self._waiting > 0)

    def _take(self) -> list[Sample]:
        """A batch's worth of samples, or a little more where it does not come out even."""
        taken: list[Sample] = []
        while self._queue and len(taken) < self.batch:
            taken.extend(self._queue.popleft())
        self._waiting -= len(taken)
        return taken
