"""The spool: an append-only file of samples that survives a kill, a full disk and its own damage."""

from __future__ import annotations

import errno
import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from port502.collect.sample import Sample
from port502.errors import UsageError
from port502.history.damage import fault_of, is_damage, set_aside
from port502.history.heap import SPAN, Heap
from port502.history.lock import WriterLock
from port502.history.reader import History, Info
from port502.history.retention import drop_oldest
from port502.history.settings import DAY
from port502.history.when import LATEST

_log = logging.getLogger(__name__)

REST = 60.0  # seconds between two files that may be set aside


@dataclass(slots=True)
class _Loss:
    """Samples that could not be kept, until the file can be told."""

    since: float
    until: float
    count: int
    reason: str


class Spool:
    """The one writer of a history file; ``append`` never raises for what the disk does.

    ``keep`` is seconds (None: no limit of age), ``max_bytes`` bounds the file; beyond either the oldest
    samples are dropped and counted in ``dropped``. ``lost`` counts samples that could not be written and
    ``last_error`` says why; once there is room again writing resumes by itself and the gap is recorded in the
    file. A damaged file is set aside under a new name and a new one begun. Missing directories are made for
    the owner only. Raises UsageError when another writer has the file or the path cannot be a history.
    Thread-safe.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep: float | None = 7 * DAY,
        max_bytes: int = 2 << 30,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self.keep = keep
        self.max_bytes = max_bytes
        self.lost = 0
        self.dropped = 0
        self.last_error = ""
        self._clock = clock
        self._mutex = threading.Lock()
        self._heap: Heap | None = None
        self._loss: _Loss | None = None
        self._complained = False
        self._closed = False
        self._replaced = -math.inf
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = WriterLock(path.with_name(path.name + ".lock"))
        except OSError as problem:
            raise UsageError(
                f"a history cannot be kept at {path}: {problem.strerror or problem}"
            ) from problem
        try:
            self._begin()
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, samples: Sequence[Sample]) -> None:
        """Commits samples in the order given; what cannot be kept is counted in ``lost`` and said once.

        Batches of a thousand are the fastest. Raises UsageError after ``close``.
        """
        with self._mutex:
            if self._closed:
                raise UsageError(f"the history {self.path} is closed")
            for start in range(0, len(samples), SPAN):
                self._append(samples[start : start + SPAN])

    def record_loss(self, since: float, until: float, count: int, reason: str) -> None:
        """Counts samples that never came to be appended, with their times in Unix seconds."""
        with self._mutex:
            self._add_loss(since, until, count, reason)

    def info(self) -> Info:
        """What the file holds, with the losses it could not be told yet."""
        with self._mutex:
            pending = self._loss.count if self._loss else 0
        found = History(self.path).info()
        return replace(found, lost=found.lost + pending)

    def close(self) -> None:
        """Closes the file and lets the next writer in; safe to call twice."""
        with self._mutex:
            if self._closed:
                return
            self._closed = True
            if self._loss is not None:
                self._append(())
            self._drop_heap()
            self._lock.close()

    def _begin(self) -> None:
        """Opens the file for the first time: damage is set aside, a full disk waited for."""
        existed = self.path.exists()
        try:
            self._heap = Heap(self.path, self._clock())
            fault = fault_of(self._heap.connection, self.path) if existed else ""
            if fault:
                self._replace_damaged(fault)
        except (sqlite3.Error, OSError) as problem:
            if _is_refusal(problem):
                raise UsageError(f"a history cannot be kept at {self.path}: {problem}") from problem
            self._disturbed(problem)

    def _append(self, samples: Sequence[Sample]) -> None:
        for _ in range(2):  # a damaged file is replaced and the samples go to the new one
            try:
                self._write(samples)
            except (sqlite3.Error, OSError, ValueError) as problem:
                if not self._disturbed(problem):
                    self._lose(samples, str(problem))
                    return
            else:
                return
        self._lose(samples, self.last_error)

    def _write(self, samples: Sequence[Sample]) -> None:
        heap = self._open()
        new_span = heap.span_is_full
        loss = self._loss
        refused = heap.write(samples, (loss.since, loss.until, loss.count, loss.reason) if loss else None)
        self._loss = None
        if self._complained:
            self._complained = False
            lost = loss.count if loss else 0
            _log.warning("history %s: writing again; %d samples were lost meanwhile", self.path, lost)
        if refused:
            self.last_error = refused[0].reason
            self._lose([each.sample for each in refused], refused[0].reason)
            _log.warning(
                "history %s: %d samples cannot be kept, first %s", self.path, len(refused), refused[0].reason
            )
        if new_span:
            self._tidy(heap)

    def _tidy(self, heap: Heap) -> None:
        cutoff = None if self.keep is None else round((self._clock() - self.keep - heap.base) * 1e6)
        try:
            self.dropped += drop_oldest(heap.connection, cutoff, self.max_bytes)
        except sqlite3.Error as problem:
            self._disturbed(problem)

    def _open(self) -> Heap:
        if self._heap is not None and self._heap.replaced:
            _log.warning("history %s: the file was removed while in use; a new one is begun", self.path)
            self._drop_heap()
        if self._heap is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._heap = Heap(self.path, self._clock())
        return self._heap

    def _disturbed(self, problem: Exception) -> bool:
        """Takes note of what the disk did; True when it is worth trying again at once."""
        self.last_error = str(problem)
        if isinstance(problem, sqlite3.Error) and is_damage(problem) and self._replace_damaged(str(problem)):
            return True
        if _code(problem) != sqlite3.SQLITE_FULL:
            self._drop_heap()  # whatever happened, a file opened afresh is the better bet
        if not self._complained:
            self._complained = True
            _log.error("history %s: %s; samples are lost until that ends", self.path, problem)
        return False

    def _replace_damaged(self, fault: str) -> bool:
        self.last_error = f"damaged: {fault}"
        self._drop_heap()
        now = self._clock()
        if now - self._replaced < REST:  # a disk that spoils every file must not be filled with spoiled files
            return False
        self._replaced = now
        try:
            target = set_aside(self.path, now)
            _log.error(
                "history %s is damaged (%s): set aside as %s, a new one is begun",
                self.path,
                fault,
                target.name,
            )
            self._heap = Heap(self.path, now)
        except (OSError, sqlite3.Error) as problem:
            self.last_error = str(problem)
        return self._heap is not None

    def _drop_heap(self) -> None:
        heap, self._heap = self._heap, None
        if heap is None:
            return
        try:
            heap.close()
        except sqlite3.Error as problem:
            _log.warning("history %s: %s while it was closed", self.path, problem)

    def _lose(self, samples: Sequence[Sample], reason: str) -> None:
        if samples:
            times = [sample.time for sample in samples]
            self._add_loss(min(times), max(times), len(samples), reason)

    def _add_loss(self, since: float, until: float, count: int, reason: str) -> None:
        self.lost += count
        since, until = (at if 0.0 <= at <= LATEST else self._clock() for at in (since, until))
        loss = self._loss
        if loss is None:
            self._loss = _Loss(since, until, count, reason)
            return
        loss.since, loss.until = min(loss.since, since), max(loss.until, until)
        loss.count += count


def _code(problem: Exception) -> int:
    return int(getattr(problem, "sqlite_errorcode", 0)) & 0xFF


def _is_refusal(problem: Exception) -> bool:
    """True for what will not mend by itself: no right to write, or a path that leads to no file."""
    if isinstance(problem, OSError):
        return problem.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO)
    return _code(problem) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
