"""Where audit records go: what repeats itself is counted, the rest is written, and told to whoever listens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from port502.guard.audit import AuditLog
from port502.guard.record import REPEATED, Record
from port502.transport.clock import utc

log = logging.getLogger("port502.guard")

INTERVAL = 10.0
"""Seconds in which the same thing is written down once, and then counted."""

MOST = 1024
"""Different things that are counted at one time; what comes on top is counted together."""

Tell: TypeAlias = Callable[[dict[str, Any]], None]


class WhenFull(StrEnum):
    """What happens while the audit log cannot be written: traffic goes on, writes stop, or everything does."""

    GO_ON = "go_on"
    STOP_WRITES = "stop_writes"
    STOP = "stop"


@dataclass(slots=True)
class _Repeated:
    record: Record
    since: float
    last: float
    count: int = 0


class Auditor:
    """Takes records; ``log_file`` is where they are kept (None: nowhere), ``tell`` are others who hear them.

    ``closing`` is called at the end.
    """

    def __init__(
        self,
        log_file: AuditLog | None = None,
        tell: tuple[Tell, ...] = (),
        *,
        closing: tuple[Callable[[], None], ...] = (),
        when_full: WhenFull = WhenFull.GO_ON,
        interval: float = INTERVAL,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log_file = log_file
        self.when_full = when_full
        self.strict = when_full is WhenFull.STOP
        """Whether even reads depend on the log."""
        self.counted = 0
        self._tell = tell
        self._closing = closing
        self._hear: list[Callable[[Record], None]] = []
        self._interval = interval
        self._wall = wall
        self._clock = clock
        self._repeated: dict[Hashable, _Repeated] = {}
        self._swept = 0.0

    def listen(self, hear: Callable[[Record], None]) -> None:
        """Let somebody hear each record that is written down from now on."""
        self._hear.append(hear)

    def stops(self, writes: bool) -> bool:
        """Whether a request has to be refused because it could not be written down."""
        if self.when_full is WhenFull.GO_ON or self.log_file is None or not self.log_file.failing:
            return False
        if self.when_full is WhenFull.STOP_WRITES and not writes:
            return False
        self.take(Record(event="resumed"))  # if this can be written, the disk has room again
        return self.log_file.failing

    def take(self, record: Record, alike: Hashable = None) -> None:
        """Write a record down; of those that are ``alike`` the first of an interval, then how many more came."""
        record.time = record.time or utc(self._wall())
        if alike is None:
            self._put(record)
            return
        now = self._clock()
        if now - self._swept >= 1.0:
            self.sweep()
        found = self._repeated.get(alike)
        if found is None and len(self._repeated) >= MOST:
            alike = None
            found = self._repeated.get(alike)
        if found is not None:
            found.count += 1
            found.last = self._wall()
            self.counted += 1
            return
        self._repeated[alike] = _Repeated(record, now, self._wall())
        self._put(record)

    def sweep(self, everything: bool = False) -> None:
        """Write down how often things were repeated whose interval is over."""
        now = self._swept = self._clock()
        over = [
            alike for alike, one in self._repeated.items() if everything or now - one.since >= self._interval
        ]
        for alike in over:
            one = self._repeated.pop(alike)
            if one.count:
                self._put(_summary(one, others=alike is None))

    def close(self) -> None:
        """Write down what was counted, and end."""
        self.sweep(everything=True)
        if self.log_file is not None:
            self.log_file.close()
        for close in self._closing:
            close()

    def _put(self, record: Record) -> None:
        for hear in self._hear:
            hear(record)
        said = record.fields()
        if self.log_file is not None:
            self.log_file.write(said)
        for tell in self._tell:
            try:
                tell(said)
            except Exception:
                log.exception("an audit record could not be handed on")


def _summary(one: _Repeated, *, others: bool) -> Record:
    first = one.record
    if others:
        return Record(
            event=REPEATED,
            count=one.count,
            since=first.time,
            time=utc(one.last),
            reason="many different things",
        )
    return Record(
        event=REPEATED,
        time=utc(one.last),
        since=first.time,
        count=one.count,
        listener=first.listener,
        client=first.client,
        role=first.role,
        unit=first.unit,
        function=first.function,
        operation=first.operation,
        action=first.action,
        exception=first.exception,
        rule=first.rule,
        reason=first.reason,
        cause=first.cause or first.event,
    )
