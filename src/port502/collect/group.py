"""One poll group: the points of a device that share an interval, read cycle by cycle."""

from __future__ import annotations

from typing import Protocol

from port502.collect.outlet import Outlet
from port502.collect.reading import LiveBlock
from port502.collect.reads import Reads
from port502.collect.sample import BAD, Sample
from port502.collect.unit import Unit
from port502.collect.wire import AnyTransaction
from port502.collect.words import BUSY_CODES, NO_ANSWER_CODES, reason_of
from port502.errors import DeviceError, NoReplyError, Port502Error, ReplyError
from port502.registers.healing import HEALABLE

FAST = 1.0
"""Seconds: groups at most this slow go before the others."""
PRIORITY_FAST, PRIORITY_SLOW, PRIORITY_TEST = 2, 3, 4
BUSY_WAIT = 0.1
"""Seconds before a block is asked for again that the device put off, doubled each time."""


class Line(Protocol):
    """What a group needs of the connection it is read through."""

    outlet: Outlet
    retries: int
    parallel: int

    @property
    def shared(self) -> bool:
        """Whether more than one unit lives on this connection."""

    def blocked(self) -> str | None:
        """Why nothing can be asked now: in words, empty while that is not known yet; None when it can."""

    def times(self) -> tuple[float, float]:
        """Monotonic and Unix seconds."""

    def submit(self, group: Group, block: LiveBlock, priority: int, now: float) -> None:
        """Ask for a block; ``group.replied`` gets the outcome, later."""

    def cancel(self, transaction: AnyTransaction) -> None:
        """Nobody waits for it any more."""

    def later(self, group: Group, block: LiveBlock, when: float) -> None:
        """Have ``group.ask_again`` called for this block at a monotonic time."""

    def heard(self, transaction: AnyTransaction, now: float) -> None:
        """A request is over: it was answered, whatever the reply says, or its time is up."""

    def overrun(self, group: Group, now: float) -> None:
        """The group is not done when its next slot comes."""

    def turned(self, unit: Unit, now: float) -> None:
        """The state of a unit has changed."""

    def finished(self, group: Group, now: float) -> None:
        """The group has ended a cycle."""


class Group:
    """The points of one device with one interval; at most one cycle of it runs at a time.

    Within a cycle the blocks are asked one after the other (``parallel`` of them at a time on a connection with a
    window), so that others get their turn in between. What a device refuses is healed at once. After a timeout the
    rest of the cycle is given up, and the next cycle begins behind the block that failed. ``missed`` says that the
    connection could not be asked when it was due.
    """

    def __init__(self, device: str, interval: float, unit: Unit, reads: Reads, line: Line) -> None:
        self.device = device
        self.interval = interval
        self.unit = unit
        self.reads = reads
        self.line = line
        self.priority = PRIORITY_FAST if interval <= FAST else PRIORITY_SLOW
        self.running = False
        self.missed = True
        self.started = self.progress = 0.0
        self.took: float | None = None
        self.cycles = self.overruns = 0
        self._todo: list[LiveBlock] = []
        self._next = 0
        self._first = 0
        self._flying: list[LiveBlock] = []
        self._delayed: list[LiveBlock] = []
        self._silent = False

    def __str__(self) -> str:
        return f"{self.device} every {self.interval:g} s"

    # A cycle begins and ends

    def due(self, due: float, now: float) -> None:
        """A slot has come; it is skipped while the last cycle is still running."""
        if not self.running:
            self.begin(now)
        elif self.unit.health.online:
            self.overruns += 1
            self.line.overrun(self, now)

    def begin(self, now: float) -> None:
        """Start a cycle, or say at once why none can be."""
        blocked = self.line.blocked()
        if blocked is not None:
            self.missed = True
            if blocked:
                self.fail(blocked, now)
            return
        unit = self.unit
        online = unit.health.online
        if not online and unit.tester is None and not unit.health.may_ask(now):
            self.fail(unit.health.reason, now)
            return
        if self.reads.refresh(now, self.line.times()[1]):
            self._first = 0
        live = self.reads.live
        first = self._first
        self._todo = live[first:] + live[:first] if first else live
        self._next = 0
        self.running = True
        self.missed = self._silent = False
        self.started = self.progress = now
        if online:
            self._advance(now)
        else:
            self.resume(now)

    def resume(self, now: float) -> None:
        """Go on with a cycle whose unit is, or was, being tested by another group."""
        unit = self.unit
        if not unit.health.online:
            if unit.tester is not None:
                unit.waiting.append(self)
                return
            unit.tester = self
        self._advance(now)

    def fail(self, reason: str, now: float) -> None:
        """End the cycle now; points not read in it are bad. Without a running cycle, all are."""
        if not self.running:
            self.reads.refresh(now, self.line.times()[1])
            self._todo, self._next = self.reads.live, 0
        left = self._flying + self._delayed
        self._flying, self._delayed = [], []
        for block in left:
            if block.transaction is not None:
                self.line.cancel(block.transaction)
        self._drop(left, reason, now)
        self._give_up(reason, now)

    def stop(self, now: float) -> None:
        """End for good, without a word."""
        for block in self._flying:
            if block.transaction is not None:
                self.line.cancel(block.transaction)
        self._flying, self._delayed, self._todo, self._next = [], [], [], 0
        self.running = False
        self.unit.leave(self, now)
        self.reads.displace()

    def _advance(self, now: float) -> None:
        """Ask for what comes next, as far as it may be asked now."""
        flying = self._flying
        todo = self._todo
        if self.unit.health.online:
            while self._next < len(todo) and len(flying) < self.line.parallel:
                self._ask(todo[self._next], self.priority, now)
        elif self.unit.tester is self:
            if not flying and self._next < len(todo):
                self._ask(todo[self._next], PRIORITY_TEST, now)
        elif self._next < len(todo):
            self._give_up(self.unit.health.reason, now)
            return
        if not flying and not self._delayed and self._next >= len(todo):
            self._finish(now)

    def _ask(self, block: LiveBlock, priority: int, now: float) -> None:
        self._next += 1
        self._flying.append(block)
        self.line.submit(self, block, priority, now)

    def _give_up(self, reason: str, now: float) -> None:
        """Ask for nothing more in this cycle; what is in flight may still come."""
        rest = self._todo[self._next :]
        self._next = len(self._todo)
        self._drop(rest, reason, now)
        if not self._flying and not self._delayed:
            self._finish(now)

    def _drop(self, blocks: list[LiveBlock], reason: str, now: float) -> None:
        time = self.line.times()[1]
        for block in blocks:
            block.transaction = None
            block.tries = 0
            self.line.outlet.failed(block, reason, now, time)

    def _finish(self, now: float) -> None:
        reads = self.reads
        if reads.guilty:
            time = self.line.times()[1]
            samples = [Sample(name, time, None, BAD, reason) for name, reason in reads.guilty.items()]
            self.line.outlet.put(samples, reads.guilty_feed, now, time)
        if self.running:
            self.running = False
            self.cycles += 1
            self.took = now - self.started
            self.line.finished(self, now)
            self.unit.leave(self, now)

    # What became of a block

    def replied(self, transaction: AnyTransaction) -> None:
        """One block was answered, or was not."""
        block: LiveBlock = transaction.context
        line = self.line
        now, time = line.times()
        self.progress = now
        block.transaction = None
        self._flying.remove(block)
        error = transaction.error
        response = transaction.response
        if response is not None:
            try:
                line.outlet.read(block, response.data, now, time)
            except ReplyError as wrong:
                error = wrong
            else:
                block.tries = 0
                block.failed = False
                if not block.proven:
                    self.reads.proven(block)
        if transaction.attempts:
            line.heard(transaction, now)
        if error is None:
            self._alive(now)
        else:
            self._failed(block, error, transaction, now, time)
        if self.running:
            self._advance(now)

    def _alive(self, now: float) -> None:
        if self.unit.answered(now):
            self.line.turned(self.unit, now)

    def _failed(
        self, block: LiveBlock, error: Port502Error, transaction: AnyTransaction, now: float, time: float
    ) -> None:
        if isinstance(error, DeviceError) and error.code not in NO_ANSWER_CODES:
            self._alive(now)
            self._refused(block, error, now, time)
        elif isinstance(error, (DeviceError, NoReplyError)):
            self._unanswered(block, error, transaction, now)
        else:
            self._drop([block], reason_of(error, self.unit.number), now)
            if isinstance(error, ReplyError):
                self._alive(now)

    def _refused(self, block: LiveBlock, error: DeviceError, now: float, time: float) -> None:
        """The device said no: wait, heal, or live with it."""
        if error.code in BUSY_CODES and block.tries < self.line.retries:
            self._delayed.append(block)
            self.line.later(self, block, now + BUSY_WAIT * 2.0**block.tries)
            block.tries += 1
            return
        reason = reason_of(error, self.unit.number)
        if error.code in HEALABLE:
            pieces = self.reads.pieces(block, error.code, now, time)
            if pieces:
                self._todo = self._todo[: self._next] + pieces + self._todo[self._next :]
                return
            reason = f"configuration: {reason} at {block.block.points[0].reference.protocol_form}"
        self._drop([block], reason, now)

    def _unanswered(
        self, block: LiveBlock, error: Port502Error, transaction: AnyTransaction, now: float
    ) -> None:
        """Neither value nor refusal: try again if the unit is trusted, else ask it nothing more in this cycle."""
        if isinstance(error, NoReplyError):
            if not transaction.attempts:
                self._drop([block], "not asked: the connection is too busy", now)
                return
            if self.unit.health.online and not block.failed and block.tries < self.line.retries:
                block.tries += 1
                self._flying.append(block)
                self.line.submit(self, block, self.priority, now)
                return
        cost = (now - transaction.sent_at) * (block.tries + 1)
        reason = reason_of(error, self.unit.number)
        block.failed = True
        live = self.reads.live
        if block in live:
            self._first = (live.index(block) + 1) % len(live)
        self._drop([block], reason, now)
        if not self._silent:
            self._silent = True
            if self.unit.failed(now, reason, cost, shared=self.line.shared):
                self.line.turned(self.unit, now)
        self._give_up(reason, now)

    def ask_again(self, block: LiveBlock, now: float) -> None:
        """The time has passed that a busy device asked for."""
        if block in self._delayed:
            self._delayed.remove(block)
            self._flying.append(block)
            self.line.submit(self, block, self.priority, now)

    # Its owner's view

    @property
    def outstanding(self) -> list[AnyTransaction]:
        """The requests it waits for."""
        return [block.transaction for block in self._flying if block.transaction is not None]
