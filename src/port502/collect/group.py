"""One poll group: the points of a device that share an interval, read cycle by cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from port502.collect.outlet import Outlet
from port502.collect.reading import LiveBlock
from port502.collect.reads import Reads
from port502.collect.sample import BAD, Sample
from port502.collect.schedule import Job
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


@dataclass(slots=True)
class Tally:
    """What the pollers of a collector count together."""

    polls: int = 0
    cycles: int = 0
    overruns: int = 0
    writes: int = 0
    failures: int = 0


class Line(Protocol):
    """What a group needs of the connection it is read through; ``ready`` says that requests go out at once."""

    outlet: Outlet
    tally: Tally
    retries: int
    parallel: int
    ready: bool
    time: Callable[[], float]
    wall: Callable[[], float]

    @property
    def shared(self) -> bool:
        """Whether more than one unit lives on this connection."""

    def blocked(self) -> str | None:
        """Why nothing can be asked now: in words, empty while that is not known yet; None when it can."""

    def submit(self, group: Group, block: LiveBlock, priority: int, now: float) -> AnyTransaction:
        """Ask for a block; ``group.replied`` gets the outcome, later."""

    def cancel(self, transaction: AnyTransaction) -> None:
        """Nobody waits for it any more."""

    def learned(self, device: str) -> None:
        """What is known about a device has changed."""

    def later(self, group: Group, block: LiveBlock, when: float) -> None:
        """Have ``group.ask_again`` called for this block at a monotonic time."""

    def heard(self, transaction: AnyTransaction, now: float) -> None:
        """A request is over: it was answered, whatever the reply says, or its time is up."""

    def overrun(self, group: Group, now: float) -> None:
        """The group is not done when its next slot comes."""

    def turned(self, unit: Unit, now: float) -> None:
        """The state of a unit has changed."""


class Group(Job):
    """The points of one device with one interval; at most one cycle of it runs at a time.

    Within a cycle the blocks are asked one after the other (``parallel`` of them at a time on a connection with a
    window), so that others get their turn in between. What a device refuses is healed at once. After a timeout the
    rest of the cycle is given up, and the next cycle begins behind the block that failed. ``missed`` says that the
    connection could not be asked when it was due.
    """

    __slots__ = (
        "_blocks",
        "_delayed",
        "_first",
        "_flying",
        "_guilty",
        "_health",
        "_next",
        "_plan_until",
        "_silent",
        "_todo",
        "cycles",
        "device",
        "heard",
        "interval",
        "line",
        "missed",
        "number",
        "overruns",
        "priority",
        "reads",
        "running",
        "started",
        "unit",
    )  # fmt: skip

    def __init__(self, device: str, interval: float, unit: Unit, reads: Reads, line: Line) -> None:
        super().__init__()
        self.device = device
        self.interval = interval
        self.unit = unit
        self.number = unit.number
        self.reads = reads
        self.line = line
        self.priority = PRIORITY_FAST if interval <= FAST else PRIORITY_SLOW
        self.running = False
        self.missed = True
        self.started = self.heard = 0.0
        self.cycles = self.overruns = 0
        self._health = unit.health
        self._blocks: tuple[LiveBlock, ...] = ()
        self._plan_until = float("-inf")
        self._todo: Sequence[LiveBlock] = ()
        self._next = 0
        self._first = 0
        self._flying = 0
        self._delayed: list[LiveBlock] = []
        self._silent = False
        self._guilty: Mapping[str, str] = {}

    def __str__(self) -> str:
        return f"{self.device} every {self.interval:g} s"

    # A cycle begins and ends

    def run(self, due: float, now: float) -> None:
        """A slot has come; it is skipped while the last cycle is still running."""
        if not self.running:
            self.begin(now)
        elif self._health.online:
            self.overruns += 1
            self.line.overrun(self, now)

    def begin(self, now: float) -> None:
        """Start a cycle, or say at once why none can be."""
        online = self._health.online
        if not (online and self.line.ready) and self._cannot_ask(now):
            return
        if now >= self._plan_until:
            self._plan(now)
        blocks, first = self._blocks, self._first
        self._todo = blocks[first:] + blocks[:first] if first else blocks
        self._next = 0
        self.running = True
        self.missed = self._silent = False
        self.started = self.heard = now
        if online:
            self._advance(now)
        else:
            self.resume(now)

    def replan(self) -> None:
        """Look at the plan before the next cycle."""
        self._plan_until = float("-inf")

    def _plan(self, now: float) -> None:
        if self.reads.refresh(now, self.line.wall()):
            self._blocks = self.reads.live
            self._guilty = self.reads.guilty
            self._first = 0
        self._plan_until = self.reads.retry_at

    def _cannot_ask(self, now: float) -> bool:
        """Whether connection or unit cannot be asked now; all points are bad then, if the reason is known."""
        blocked = self.line.blocked()
        if blocked is not None:
            self.missed = True
            if blocked:
                self.fail(blocked, now)
            return True
        if self._health.online or self.unit.tester is not None or self._health.may_ask(now):
            return False
        self.fail(self._health.reason, now)
        return True

    def resume(self, now: float) -> None:
        """Go on with a cycle whose unit is, or was, being tested by another group."""
        unit = self.unit
        if not self._health.online:
            if unit.tester is not None:
                unit.waiting.append(self)
                return
            unit.tester = self
        self._advance(now)

    def fail(self, reason: str, now: float) -> None:
        """End the cycle now; points not read in it are bad. Without a running cycle, all are."""
        if not self.running:
            self._plan(now)
            self._todo, self._next = self._blocks, 0
        left = self._take_back()
        self._drop(left, reason, now)
        self._give_up(reason, now)

    def stop(self, now: float) -> None:
        """End for good, without a word."""
        self.cancel()
        self._take_back()
        self._todo, self._next = (), 0
        self.running = False
        self.unit.leave(self, now)
        self.reads.displace()

    def _take_back(self) -> list[LiveBlock]:
        """Ask for nothing more that was asked; returns the blocks."""
        flying = [block for block in self._todo if block.transaction is not None]
        for block in flying:
            assert block.transaction is not None
            self.line.cancel(block.transaction)
            block.transaction = None
        self._flying = 0
        delayed, self._delayed = self._delayed, []
        return flying + delayed

    def _advance(self, now: float) -> None:
        """Ask for what comes next, as far as it may be asked now, or end the cycle."""
        todo = self._todo
        if self._health.online:
            line = self.line
            while self._next < len(todo) and self._flying < line.parallel:
                block = todo[self._next]
                self._next += 1
                self._flying += 1
                block.transaction = line.submit(self, block, self.priority, now)
        elif self._next < len(todo):
            if self.unit.tester is not self:
                self._give_up(self._health.reason, now)
                return
            if not self._flying:
                block = todo[self._next]
                self._next += 1
                self._ask(block, PRIORITY_TEST, now)
        if not self._flying and not self._delayed and self._next >= len(todo):
            self._finish(now)

    def _ask(self, block: LiveBlock, priority: int, now: float) -> None:
        self._flying += 1
        block.transaction = self.line.submit(self, block, priority, now)

    def _give_up(self, reason: str, now: float) -> None:
        """Ask for nothing more in this cycle; what is in flight may still come."""
        rest = self._todo[self._next :]
        self._next = len(self._todo)
        self._drop(rest, reason, now)
        if not self._flying and not self._delayed:
            self._finish(now)

    def _drop(self, blocks: Sequence[LiveBlock], reason: str, now: float) -> None:
        for block in blocks:
            block.tries = 0
            self.line.outlet.failed(block, reason, now, self.line.wall())

    def _finish(self, now: float) -> None:
        if self._guilty:
            self._report_guilty(now)
        if self.running:
            self.running = False
            self.cycles += 1
            self.line.tally.cycles += 1
            if not self._health.online:
                self.unit.leave(self, now)

    def _report_guilty(self, now: float) -> None:
        time = self.line.wall()
        samples = [Sample(name, time, None, BAD, reason) for name, reason in self._guilty.items()]
        self.line.outlet.put(samples, self.reads.guilty_feed, now, time)

    # What became of a block

    def replied(self, transaction: AnyTransaction) -> None:
        """One block was answered, or was not."""
        block: LiveBlock = transaction.context
        line = self.line
        now = line.time()
        self.heard = now
        self._flying -= 1
        block.transaction = None
        line.heard(transaction, now)
        response = transaction.response
        if response is None:
            assert transaction.error is not None
            self._failed(block, transaction.error, transaction, now)
        else:
            try:
                line.outlet.read(block, response.data, now, line.wall())
            except ReplyError as error:
                self._failed(block, error, transaction, now)
            else:
                block.tries = 0
                block.failed = False
                if not block.proven:
                    self.reads.proven(block)
                    self.line.learned(self.device)
                if not self._health.online:
                    self._alive(now)
        if self._flying or self._next < len(self._todo) or self._delayed:
            self._advance(now)
        elif self.running:
            self._finish(now)

    def _alive(self, now: float) -> None:
        if self.unit.answered(now):
            self.line.turned(self.unit, now)

    def _failed(self, block: LiveBlock, error: Port502Error, transaction: AnyTransaction, now: float) -> None:
        if isinstance(error, DeviceError) and error.code not in NO_ANSWER_CODES:
            self._alive(now)
            self._refused(block, error, now)
        elif isinstance(error, (DeviceError, NoReplyError)):
            self._unanswered(block, error, transaction, now)
        else:
            self._drop([block], reason_of(error, self.unit.number), now)
            if isinstance(error, ReplyError):
                self._alive(now)

    def _refused(self, block: LiveBlock, error: DeviceError, now: float) -> None:
        """The device said no: wait, heal, or live with it."""
        if error.code in BUSY_CODES and block.tries < self.line.retries:
            self._delayed.append(block)
            self.line.later(self, block, now + BUSY_WAIT * 2.0**block.tries)
            block.tries += 1
            return
        reason = reason_of(error, self.unit.number)
        if error.code in HEALABLE:
            pieces = self.reads.pieces(block, error.code, now, self.line.wall())
            self.line.learned(self.device)
            if pieces:
                self._todo = [*self._todo[: self._next], *pieces, *self._todo[self._next :]]
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
            if self._health.online and not block.failed and block.tries < self.line.retries:
                block.tries += 1
                self._ask(block, self.priority, now)
                return
        cost = (now - transaction.sent_at) * (block.tries + 1)
        reason = reason_of(error, self.unit.number)
        block.failed = True
        blocks = self._blocks
        if block in blocks:
            self._first = (blocks.index(block) + 1) % len(blocks)
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
            self._ask(block, self.priority, now)

    # Its owner's view

    @property
    def took(self) -> float | None:
        """How long its last cycle lasted; None while one runs or before the first."""
        return self.heard - self.started if self.cycles and not self.running else None

    @property
    def outstanding(self) -> list[AnyTransaction]:
        """The requests it waits for."""
        return [block.transaction for block in self._todo if block.transaction is not None]
