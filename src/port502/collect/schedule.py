"""When what is due: one grid of slots for the whole collector, drift-free, and never a burst."""

from __future__ import annotations

import hashlib
import math
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


class Beat:
    """A recurring job: ``run(due, now)`` is called once per slot; slots lie at ``offset + n × interval``."""

    __slots__ = ("active", "offset", "run")

    def __init__(self, offset: float, run: Callable[[float, float], None]) -> None:
        self.offset = offset
        self.run = run
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


class Ring:
    """All beats of one interval in the order of their offsets, which is the order of their slots for ever.

    That makes the next slot the next entry: nothing is sorted while it turns. ``due`` is the next slot's time.
    """

    __slots__ = ("_beats", "_index", "_offsets", "_turn", "due", "interval", "missed")

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.due = math.inf
        self.missed = 0
        self._offsets: list[float] = []
        self._beats: list[Beat] = []
        self._index = 0
        self._turn = 0

    def __len__(self) -> int:
        return len(self._beats)

    def add(self, beat: Beat, now: float) -> None:
        """Take a beat in; its first slot is the next one after ``now``."""
        place = bisect_right(self._offsets, beat.offset)
        self._offsets.insert(place, beat.offset)
        self._beats.insert(place, beat)
        turn = math.floor((now - beat.offset) / self.interval) + 1
        slot = turn * self.interval + beat.offset
        if slot < self.due:
            self._turn, self._index, self.due = turn, place, slot
        elif place <= self._index:
            self._index += 1

    def _settle(self) -> None:
        """Know the time of the slot that is pointed at."""
        if self._index >= len(self._beats):
            self._index = 0
            self._turn += 1
        self.due = self._turn * self.interval + self._offsets[self._index] if self._beats else math.inf

    def take(self, now: float) -> tuple[float, Beat]:
        """The beat whose slot has come, with the slot's time; the ring turns on."""
        if now - self.due >= self.interval:
            self._skip(now)
        due, beat = self.due, self._beats[self._index]
        self._index += 1
        self._settle()
        return due, beat

    def _skip(self, now: float) -> None:
        """Pass over the whole turns that a stalled process slept through, and count their slots."""
        turns = math.floor((now - self.due) / self.interval)
        self._turn += turns
        self.missed += turns * len(self._beats)
        self.due = self._turn * self.interval + self._offsets[self._index]

    def sweep(self) -> None:
        """Let go of cancelled beats."""
        kept = [beat for beat in self._beats if beat.active]
        if len(kept) < len(self._beats):
            next_one = next((beat for beat in self._beats[self._index :] if beat.active), None)
            self._beats = kept
            self._offsets = [beat.offset for beat in kept]
            self._index = kept.index(next_one) if next_one is not None else len(kept)
            self._settle()


class Schedule:
    """Everything that is due; ``time`` tells monotonic seconds, ``late`` how long after its slot each beat began.

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
        self._once: list[tuple[float, int, Once]] = []
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._once) + sum(map(len, self._rings.values()))

    @property
    def missed(self) -> int:
        """Slots that passed while the process could not call anybody; they are skipped, never replayed."""
        return sum(ring.missed for ring in self._rings.values())

    def every(self, interval: float, offset: float, run: Callable[[float, float], None]) -> Beat:
        """Call ``run(due, now)`` in each slot of the grid, beginning with the next one."""
        beat = Beat(offset % interval, run)
        ring = self._rings.get(interval)
        if ring is None:
            ring = self._rings[interval] = Ring(interval)
        before = self.next_due()
        ring.add(beat, self._time())
        self._announce(before)
        return beat

    def at(self, when: float, run: Callable[[float, float], None]) -> Once:
        """Call ``run(due, now)`` once, at ``when`` or as soon after it as possible."""
        before = self.next_due()
        job = Once(run)
        self._sequence += 1
        heappush(self._once, (when, self._sequence, job))
        self._announce(before)
        return job

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
            self._call(job, due, self._time())
        for ring in list(self._rings.values()):
            while ring.due <= until:
                now = self._time()
                due, beat = ring.take(now)
                if beat.active:
                    self.late.add(now - due)
                    self._call(beat, due, now)
        return self.next_due()

    def _call(self, job: Beat | Once, due: float, now: float) -> None:
        if not job.active:
            return
        try:
            job.run(due, now)
        except Exception as error:
            self._failed(error)
