"""When what is due: one grid of slots for the whole collector, drift-free, and never a burst."""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable
from heapq import heappop, heappush

from port502.collect.histogram import Histogram

COARSEST = 0.012


def grain(interval: float) -> float:
    """How far apart wake-ups are at least, where the shortest interval is this: a twentieth of it, at most 12 ms.

    What falls due in between starts together, a little late, which is a third cheaper than one by one.
    """
    return min(COARSEST, interval / 20.0)


def phase(name: str, interval: float) -> float:
    """Where in its interval a group begins, in seconds: spread evenly, and the same after every restart."""
    digest = hashlib.blake2s(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 * interval


class Job(ABC):
    """Something to be done when it is due; once cancelled it is never run again."""

    __slots__ = ("active",)

    def __init__(self) -> None:
        self.active = True

    @abstractmethod
    def run(self, due: float, now: float) -> None:
        """Do it: it was due at one monotonic time, and now it is another."""

    def cancel(self) -> None:
        """Do it no more."""
        self.active = False


class Chore(Job):
    """A job that is a function of ``due`` and ``now``."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[float, float], None]) -> None:
        super().__init__()
        self._function = function

    def run(self, due: float, now: float) -> None:
        """Call the function."""
        self._function(due, now)


class Ring:
    """All jobs of one interval in the order of their offsets, which is the order of their slots for ever.

    That makes the next slot the next entry: nothing is sorted while it turns. ``due`` is the next slot's time.
    """

    __slots__ = ("_index", "_jobs", "_offsets", "_turn", "due", "interval", "missed")

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.due = math.inf
        self.missed = 0
        self._offsets = array("d")
        self._jobs: list[Job] = []
        self._index = 0
        self._turn = 0

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, job: Job, offset: float, now: float) -> None:
        """Take a job in; its first slot is the next one after ``now``."""
        place = bisect_right(self._offsets, offset)
        self._offsets.insert(place, offset)
        self._jobs.insert(place, job)
        turn = math.floor((now - offset) / self.interval) + 1
        slot = turn * self.interval + offset
        if slot < self.due:
            self._turn, self._index, self.due = turn, place, slot
        elif place <= self._index:
            self._index += 1

    def _settle(self) -> None:
        """Know the time of the slot that is pointed at."""
        if self._index >= len(self._jobs):
            self._index = 0
            self._turn += 1
        self.due = self._turn * self.interval + self._offsets[self._index] if self._jobs else math.inf

    def take(self) -> Job:
        """The job whose slot has come; the ring turns on to the next."""
        index = self._index
        job = self._jobs[index]
        index += 1
        if index == len(self._jobs):
            index = 0
            self._turn += 1
        self._index = index
        self.due = self._turn * self.interval + self._offsets[index]
        return job

    def skip(self, now: float) -> None:
        """Pass over the whole turns that a stalled process slept through, and count their slots."""
        turns = math.floor((now - self.due) / self.interval)
        self._turn += turns
        self.missed += turns * len(self._jobs)
        self.due = self._turn * self.interval + self._offsets[self._index]

    def sweep(self) -> None:
        """Let go of cancelled jobs."""
        kept = [job for job in self._jobs if job.active]
        if len(kept) < len(self._jobs):
            next_one = next((job for job in self._jobs[self._index :] if job.active), None)
            offsets = zip(self._jobs, self._offsets, strict=True)
            self._offsets = array("d", [offset for job, offset in offsets if job.active])
            self._jobs = kept
            self._index = kept.index(next_one) if next_one is not None else len(kept)
            self._settle()


class Schedule:
    """Everything that is due; ``time`` tells monotonic seconds, ``late`` how late recurring jobs began.

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
        self._failed = failed
        self._sooner = sooner
        self._rings: dict[float, Ring] = {}
        self._once: list[tuple[float, int, Job]] = []
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._once) + sum(map(len, self._rings.values()))

    @property
    def missed(self) -> int:
        """Slots that passed while the process could not call anybody; they are skipped, never replayed."""
        return sum(ring.missed for ring in self._rings.values())

    def every(self, interval: float, offset: float, job: Job) -> None:
        """Run a job in each slot of the grid ``offset + n × interval``, beginning with the next one."""
        ring = self._rings.get(interval)
        if ring is None:
            ring = self._rings[interval] = Ring(interval)
        before = self.next_due()
        ring.add(job, offset % interval, self._time())
        self._announce(before)

    def at(self, when: float, job: Job) -> None:
        """Run a job once, at ``when`` or as soon after it as possible."""
        before = self.next_due()
        self._sequence += 1
        heappush(self._once, (when, self._sequence, job))
        self._announce(before)

    def prune(self) -> None:
        """Let go of everything that was cancelled."""
        for interval, ring in list(self._rings.items()):
            ring.sweep()
            if not ring:
                del self._rings[interval]

    def _announce(self, before: float | None) -> None:
        now_first = self.next_due()
        if now_first is not None and (before is None or now_first < before):
            self._sooner(now_first)

    def next_due(self) -> float | None:
        """When the earliest job is due; None when there is none."""
        due = min((ring.due for ring in self._rings.values()), default=math.inf)
        if self._once:
            due = min(due, self._once[0][0])
        return None if due == math.inf else due

    def run(self) -> float | None:
        """Call everything that is due and return when the next job is; None when there is none.

        What the jobs themselves put on the schedule waits for the next call, so this always comes to an end.
        """
        newest = self._sequence
        until = self._time()
        once = self._once
        while once and once[0][0] <= until and once[0][1] <= newest:
            due, _, job = heappop(once)
            if job.active:
                try:
                    job.run(due, self._time())
                except Exception as error:
                    self._failed(error)
        time, late = self._time, self.late.add
        for ring in list(self._rings.values()):
            while ring.due <= until:
                now = time()
                if now - ring.due >= ring.interval:
                    ring.skip(now)
                due = ring.due
                job = ring.take()
                if job.active:
                    late(now - due)
                    try:
                        job.run(due, now)
                    except Exception as error:
                        self._failed(error)
        return self.next_due()
