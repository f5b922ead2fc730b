"""When what is due: one grid of slots for the whole collector, drift-free, and never a burst."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from heapq import heappop, heappush, heapreplace

from port502.collect.histogram import Histogram

GRAIN = 0.004
"""Seconds: wake-ups are at least this far apart, and whatever falls due in between starts together."""


def phase(name: str, interval: float) -> float:
    """Where in its interval a group begins, in seconds: spread evenly, and the same after every restart."""
    digest = hashlib.blake2s(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 * interval


class Beat:
    """One recurring job: ``run(due, now)`` is called once per slot, slots lie at ``offset + n × interval``.

    ``missed`` counts the slots that passed while nobody could be called; they are skipped, not replayed.
    """

    __slots__ = ("active", "interval", "missed", "offset", "run", "slot")

    def __init__(
        self, interval: float, offset: float, run: Callable[[float, float], None], slot: int
    ) -> None:
        self.interval = interval
        self.offset = offset
        self.run = run
        self.slot = slot
        self.missed = 0
        self.active = True

    def cancel(self) -> None:
        """Stop it; a cancelled beat is never called again."""
        self.active = False


class Once:
    """One job for one moment."""

    __slots__ = ("active", "run")

    def __init__(self, run: Callable[[float, float], None]) -> None:
        self.run = run
        self.active = True

    def cancel(self) -> None:
        """Forget it; a cancelled job is never called."""
        self.active = False


class Schedule:
    """A heap of everything that is due; ``time`` tells monotonic seconds, ``late`` how long after its slot each began.

    A job that raises is reported to ``failed`` and keeps its slots: one bad callback never stops the others.
    ``sooner`` is told the time of a new job that is due before all others.
    """

    def __init__(
        self,
        time: Callable[[], float],
        failed: Callable[[Exception], None],
        sooner: Callable[[float], None],
    ) -> None:
        self.late = Histogram()
        self._time = time
        self._heap: list[tuple[float, int, Beat | Once]] = []
        self._sequence = 0
        self._failed = failed
        self._sooner = sooner

    def __len__(self) -> int:
        return len(self._heap)

    def every(self, interval: float, offset: float, run: Callable[[float, float], None]) -> Beat:
        """Call ``run(due, now)`` in each slot of the grid, beginning with the next one."""
        slot = math.floor((self._time() - offset) / interval) + 1
        beat = Beat(interval, offset, run, slot)
        self._push(offset + slot * interval, beat)
        return beat

    def at(self, when: float, run: Callable[[float, float], None]) -> Once:
        """Call ``run(due, now)`` once, at ``when`` or as soon after it as possible."""
        job = Once(run)
        self._push(when, job)
        return job

    def _push(self, when: float, job: Beat | Once) -> None:
        self._sequence += 1
        entry = (when, self._sequence, job)
        heappush(self._heap, entry)
        if self._heap[0] is entry:
            self._sooner(when)

    def next_due(self) -> float | None:
        """When the earliest job is due; None when there is none."""
        return self._heap[0][0] if self._heap else None

    def run(self) -> float | None:
        """Call everything that is due and return when the next job is; None when there is none.

        What the jobs themselves put on the schedule waits for the next call, so this always comes to an end.
        """
        heap = self._heap
        newest = self._sequence
        now = self._time()
        while heap and heap[0][0] <= now:
            due, sequence, job = heap[0]
            if sequence > newest:
                break
            if not job.active:
                heappop(heap)
                continue
            if isinstance(job, Beat):
                job.slot += 1
                following = job.offset + job.slot * job.interval
                if following <= now:
                    following = self._skip(job, now)
                self._sequence += 1
                heapreplace(heap, (following, self._sequence, job))
                self.late.add(now - due)
            else:
                heappop(heap)
            try:
                job.run(due, now)
            except Exception as error:
                self._failed(error)
            now = self._time()
        return heap[0][0] if heap else None

    @staticmethod
    def _skip(beat: Beat, now: float) -> float:
        """Pass over the slots that a stalled process slept through, and count them."""
        slot = math.floor((now - beat.offset) / beat.interval) + 1
        beat.missed += slot - beat.slot
        beat.slot = slot
        return beat.offset + slot * beat.interval
