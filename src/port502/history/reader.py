"""Asks a history what it holds, also while another process writes it."""

from __future__ import annotations

import heapq
import logging
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from port502.collect.sample import Sample
from port502.errors import UsageError
from port502.history.buckets import Bucket, buckets_of
from port502.history.damage import set_aside_before
from port502.history.segment import Gap, Segment

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Info:
    """What a history holds: sizes in bytes, ``first`` and ``last`` in Unix seconds (None when empty).

    ``dropped`` counts samples removed for age or size, ``lost`` those that could not be written; ``gaps``
    says when and why. ``damaged`` names files set aside and parts that cannot be read. ``bytes_per_sample``
    is 0 when empty.
    """

    path: Path
    bytes: int
    samples: int
    points: int
    first: float | None
    last: float | None
    lost: int
    dropped: int
    bytes_per_sample: float
    gaps: tuple[Gap, ...]
    damaged: tuple[str, ...]


class History:
    """Reads a history file and those that were set aside from it as damaged, as far as they can be read.

    Raises UsageError when there is no file. Every iterator reads in small steps, so that neither memory nor
    the writer suffers from a long answer. ``damaged`` collects what could not be read or trusted so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged: list[str] = []
        if not path.is_file() and not set_aside_before(path):
            raise UsageError(f"there is no history at {path}; port502 run makes it")

    def points(self, patterns: Sequence[str] = ("*",)) -> list[str]:
        """The names that match (``*``, ``?``, ``[...]`` are wild), sorted.

        Raises UsageError for a pattern that matches nothing, unless nothing was kept at all.
        """
        known: set[str] = set()
        with self._segments() as segments:
            for segment in segments:
                known.update(segment.points)
        return sorted(set().union(*(_matching(pattern, known) for pattern in patterns)))

    def query(
        self,
        points: Sequence[str],
        since: float | None = None,
        until: float | None = None,
        *,
        limit: int | None = None,
        every: float | None = None,
        verify: bool = True,
    ) -> Iterator[Sample]:
        """Samples with ``since <= time < until`` (Unix seconds) in order of time; ``limit`` keeps the newest.

        ``every`` sums up in steps of so many seconds (see ``Bucket.sample``). ``verify`` checks the rows read
        against their checksum and marks what fails as uncertain: turned off, a long range of few points is
        read some ten times faster. Raises UsageError for unknown points and numbers below zero.
        """
        if every is not None:
            summed = (bucket.sample() for bucket in self.buckets(points, every, since, until, verify=verify))
            return summed if limit is None else iter(deque(summed, maxlen=_positive(limit, "limit")))
        if limit is None:
            return self._samples(points, since, until, verify)
        return self._newest(points, since, until, _positive(limit, "limit"), verify)

    def buckets(
        self,
        points: Sequence[str],
        every: float,
        since: float | None = None,
        until: float | None = None,
        *,
        verify: bool = True,
    ) -> Iterator[Bucket]:
        """Minimum, maximum, mean, count and quality per point in steps of ``every`` seconds (from 1 ms)."""
        if not every >= 0.001:
            raise UsageError(f"steps of {every} s are too short; the shortest is 1 ms")
        return buckets_of(self._samples(points, since, until, verify), every)

    def verify(self) -> list[str]:
        """Reads everything and names each damaged part; an empty list means all is as it was written."""
        before = len(self.damaged)
        with self._segments() as segments:
            for segment in segments:
                segment.verify()
        return self.damaged[before:]

    def info(self) -> Info:
        """Sizes, times and losses; looks at the index only, so it costs milliseconds."""
        size = samples = lost = dropped = used = 0
        names: set[str] = set()
        firsts: list[float] = []
        lasts: list[float] = []
        gaps: list[Gap] = []
        with self._segments() as segments:
            for segment in segments:
                summary = segment.summary()
                size += summary.bytes
                used += summary.used
                samples += summary.samples
                lost += summary.lost
                dropped += summary.dropped
                names.update(segment.points)
                gaps.extend(summary.gaps)
                if summary.first is not None and summary.last is not None:
                    firsts.append(summary.first)
                    lasts.append(summary.last)
        aside = [f"{path.name}: set aside as damaged" for path in set_aside_before(self.path)]
        return Info(
            path=self.path,
            bytes=size,
            samples=samples,
            points=len(names),
            first=min(firsts, default=None),
            last=max(lasts, default=None),
            lost=lost,
            dropped=dropped,
            bytes_per_sample=round(used / samples, 2) if samples else 0.0,
            gaps=tuple(gaps),
            damaged=tuple(dict.fromkeys(aside + self.damaged)),
        )

    def _samples(
        self, points: Sequence[str], since: float | None, until: float | None, verify: bool
    ) -> Iterator[Sample]:
        names = self.points(points)
        return self._merged(names, since, until, verify)

    def _merged(
        self, names: list[str], since: float | None, until: float | None, verify: bool
    ) -> Iterator[Sample]:
        with self._segments() as segments:
            streams = [segment.samples(names, since, until, verify) for segment in segments]
            yield from heapq.merge(*streams, key=_time)

    def _newest(
        self, points: Sequence[str], since: float | None, until: float | None, limit: int, verify: bool
    ) -> Iterator[Sample]:
        names = self.points(points)
        found: list[Sample] = []
        with self._segments() as segments:
            for segment in segments:
                found.extend(segment.newest(names, since, until, limit, verify))
        found.sort(key=_time)
        return islice(found, max(0, len(found) - limit), None)

    def _segments(self) -> _Segments:
        return _Segments([*set_aside_before(self.path), self.path], self.damaged)


def _is_blank(path: Path) -> bool:
    """Whether nothing was ever written to a file: the process that made it ended before its first table."""
    return path.stat().st_size == 0 and not path.with_name(f"{path.name}-wal").exists()


class _Segments:
    """Opens the files of a history for one question; names those that cannot be opened."""

    def __init__(self, paths: Iterable[Path], damaged: list[str]) -> None:
        self._paths = paths
        self._damaged = damaged
        self._open: list[Segment] = []

    def __enter__(self) -> list[Segment]:
        for path in self._paths:
            if not path.is_file() or _is_blank(path):
                continue
            try:
                self._open.append(Segment(path, self._note))
            except sqlite3.Error as problem:
                self._note(f"{path.name}: cannot be read ({problem})")
        return self._open

    def __exit__(self, *_: object) -> None:
        for segment in self._open:
            segment.close()

    def _note(self, text: str) -> None:
        if text not in self._damaged:
            self._damaged.append(text)
            _log.warning("history: %s", text)


def _matching(pattern: str, known: set[str]) -> list[str]:
    if pattern in known:
        return [pattern]
    found = [name for name in known if fnmatchcase(name, pattern)]
    if not found and known:
        near = get_close_matches(pattern, known, n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        raise UsageError(f"nothing was kept of {pattern!r}{hint}")
    return found


def _positive(number: int, what: str) -> int:
    if number < 0:
        raise UsageError(f"{what} must not be negative, {number} is")
    return number


def _time(sample: Sample) -> float:
    return sample.time
