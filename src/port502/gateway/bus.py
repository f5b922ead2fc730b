"""A serial bus as a service: many clients, one wire, one transaction at a time."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

from port502.errors import DeviceError, FrameError, LinkClosedError, NoReplyError, Port502Error, ReplyError
from port502.gateway.aging import Aging
from port502.gateway.exchange import Exchange
from port502.gateway.line import Line
from port502.gateway.patience import Patience, UnitState, UnitTimes
from port502.gateway.queue import FairQueue, QueueLimits
from port502.protocol.codes import (
    GATEWAY_PATH_UNAVAILABLE,
    GATEWAY_TARGET_FAILED,
    SERVER_DEVICE_BUSY,
)
from port502.protocol.message import ExceptionResponse
from port502.service.access import Networks
from port502.service.call import Call, Reply
from port502.service.maybe import Later

log = logging.getLogger("port502.gateway")

BROADCAST = 0


@dataclass(frozen=True, slots=True)
class BusSettings:
    """How a bus is shared: what may wait, how long units may take, how often a read is tried again, who goes first."""

    queue: QueueLimits = field(default_factory=QueueLimits)
    patience: Patience = field(default_factory=Patience)
    retries: int = 1
    first: Networks | None = None


@dataclass(slots=True)
class BusCounters:
    """What became of the requests; ``unknown_writes`` may have been carried out although nothing said so."""

    requests: int = 0
    replies: int = 0
    busy: int = 0
    no_path: int = 0
    no_answer: int = 0
    spared: int = 0
    retries: int = 0
    unknown_writes: int = 0


@dataclass(slots=True)
class UnitCounters:
    """What a unit did; ``exceptions`` are its own, by code."""

    requests: int = 0
    replies: int = 0
    timeouts: int = 0
    damaged: int = 0
    wrong: int = 0
    exceptions: Counter[int] = field(default_factory=Counter)
    last_error: str = ""


class Unit:
    """One unit id of a bus: how long it takes, and what it did."""

    __slots__ = ("counters", "times")

    def __init__(self, patience: Patience) -> None:
        self.times = UnitTimes(patience)
        self.counters = UnitCounters()


@dataclass(frozen=True, slots=True)
class Wish:
    """What one request may ask for itself; None is what holds for the whole bus.

    ``within`` seconds it has to be sent, a unit is waited for ``limit`` seconds at most, a read is tried again
    ``retries`` times, ``urgent`` ones have their turn before others, and ``anyway`` ones go to dead units too.
    """

    within: float | None = None
    limit: float | None = None
    retries: int | None = None
    urgent: bool = False
    anyway: bool = False


NO_WISH = Wish()


class Turn(Later[Reply]):
    """A reply that comes when its request had its turn; a request that nobody waits for is not sent.

    ``exchange`` is the last attempt, None until there was one.
    """

    __slots__ = ("attempts", "call", "deadline", "exchange", "unit", "wish")

    def __init__(self, call: Call, unit: int, deadline: float, wish: Wish = NO_WISH) -> None:
        super().__init__()
        self.call = call
        self.unit = unit
        self.deadline = deadline
        self.wish = wish
        self.attempts = 0
        self.exchange: Exchange | None = None

    def refuse(self, code: int) -> None:
        """Answer with an exception of the gateway's own."""
        self.give(ExceptionResponse(self.call.request.function, code))


class Bus:
    """A service that puts each call on the wire of a line when it is its client's turn.

    The gateway's own exceptions: 0A while the port is gone and for reads from unit 0, which is everybody; 0B where no
    good reply came in time, at once while a unit is dead or the line sick; 06 where no more may wait. A read is tried
    again after the line was drained, a write never. Unit 0 is a broadcast and has no reply.
    """

    def __init__(self, name: str, line: Line, settings: BusSettings | None = None) -> None:
        self.name = name
        self.line = line
        self.settings = settings or BusSettings()
        self.counters = BusCounters()
        self.units: dict[int, Unit] = {}
        self.queue: FairQueue[Turn] = FairQueue(self.settings.queue, wanted=_is_wanted)
        self._on_wire: Turn | None = None
        self._again: Turn | None = None
        self._probe_after = 0.0
        self._aging = Aging(self.queue, line.loop, line.time, self._refuse_late)
        line.on_ready = self._pump
        line.on_lost = self._give_up

    async def start(self) -> None:
        """Open the line; one that cannot be opened is tried again and again, and answered for with 0A."""
        await self.line.start()

    async def stop(self) -> None:
        """Close the line; who still waits gets 0A."""
        self._aging.stop()
        await self.line.stop()

    def unit(self, number: int) -> Unit:
        """What is known about a unit."""
        found = self.units.get(number)
        if found is None:
            found = self.units[number] = Unit(self.settings.patience)
        return found

    def forget(self, number: int | None = None) -> None:
        """Forget what was learned of one unit, or of all."""
        for known in self.units.values() if number is None else [self.unit(number)]:
            known.times.reset()

    def __call__(self, call: Call) -> Reply | Turn:
        """Queue a request; the reply comes later, a refusal at once."""
        return self.take(call)

    def take(self, call: Call, wish: Wish = NO_WISH) -> Reply | Turn:
        """The same for one that wishes something for itself."""
        self.counters.requests += 1
        function, number = call.request.function, call.unit
        now = self.line.time()
        if number == BROADCAST and not call.request.writes:
            self.counters.no_path += 1
            return ExceptionResponse(function, GATEWAY_PATH_UNAVAILABLE)
        if not self.line.is_open:
            self.counters.no_path += 1
            return ExceptionResponse(function, GATEWAY_PATH_UNAVAILABLE)
        if self.line.sick or not (number == BROADCAST or wish.anyway or self._may_ask(number, now)):
            self.counters.spared += 1
            return ExceptionResponse(function, GATEWAY_TARGET_FAILED)
        age = self.settings.queue.age if wish.within is None else min(wish.within, self.settings.queue.age)
        turn = Turn(call, number, now + age, wish)
        urgent = wish.urgent or self._is_urgent(call)
        if not self.queue.put(call.session, turn, now, urgent=urgent, age=age):
            self.counters.busy += 1
            return ExceptionResponse(function, SERVER_DEVICE_BUSY)
        if self.line.is_ready:
            self._pump()
        self._aging.watch(turn.deadline)
        return turn

    def _is_urgent(self, call: Call) -> bool:
        first = self.settings.first
        return call.request.writes or (first is not None and call.session.host in first)

    def _may_ask(self, number: int, now: float) -> bool:
        """Whether the wire's time may be spent on this unit; probes of all dead units share a small part of it."""
        times = self.unit(number).times
        if times.state is not UnitState.DEAD:
            return True
        return times.may_ask(now) and now >= self._probe_after

    def _pump(self) -> None:
        line = self.line
        while line.is_ready and self._on_wire is None:  # a line is ready before its last outcome was told
            now = line.time()
            turn, self._again = self._again, None
            if turn is None or not _is_wanted(turn):
                self._aging.drop_late(now)
                turn = self.queue.take()
            if turn is None:
                return
            if not (turn.unit == BROADCAST or turn.wish.anyway or self._may_ask(turn.unit, now)):
                self.counters.spared += 1
                turn.refuse(GATEWAY_TARGET_FAILED)
                continue
            self._put_on_wire(turn)

    def _put_on_wire(self, turn: Turn) -> None:
        self._on_wire = turn
        turn.attempts += 1
        timeout = 0.0
        if turn.unit != BROADCAST:
            unit = self.unit(turn.unit)
            unit.counters.requests += 1
            timeout = unit.times.allowed(self._slowest_neighbour())
            if turn.wish.limit is not None:
                timeout = min(timeout, turn.wish.limit)
        self.line.ask(Exchange(turn.unit, turn.call.request, timeout, self._done))

    def _slowest_neighbour(self) -> float | None:
        """The longest time-out that was learned on this wire."""
        return max((unit.times.timeout for unit in self.units.values() if unit.times.learned), default=None)

    def _done(self, exchange: Exchange) -> None:
        turn, self._on_wire = self._on_wire, None
        assert turn is not None
        turn.exchange = exchange
        self._settle(turn, exchange)
        self._pump()

    def _settle(self, turn: Turn, exchange: Exchange) -> None:
        """Answer the one whose turn it was, or let it have another one."""
        if turn.unit == BROADCAST:
            if exchange.error is None:
                turn.give(None)
            else:
                turn.refuse(GATEWAY_PATH_UNAVAILABLE)
            return
        unit = self.unit(turn.unit)
        error = exchange.error
        if error is None or isinstance(error, DeviceError):
            unit.times.answered(exchange.thought)
            unit.counters.replies += 1
            self.counters.replies += 1
            if isinstance(error, DeviceError):
                unit.counters.exceptions[error.code] += 1
                turn.refuse(error.code)
            else:
                turn.give(exchange.response)
            return
        self._blame(unit, error, exchange)
        if self._may_repeat(turn, unit, error):
            self.counters.retries += 1
            self._again = turn
            return
        self.counters.no_answer += 1
        if turn.call.request.writes:
            self.counters.unknown_writes += 1
        turn.refuse(GATEWAY_TARGET_FAILED)

    def _blame(self, unit: Unit, error: Port502Error, exchange: Exchange) -> None:
        """Keep the books of a request that had no good reply."""
        unit.counters.last_error = str(error)
        log.debug("%s: %s", self.name, error)
        if isinstance(error, FrameError):
            unit.counters.damaged += 1
        elif isinstance(error, ReplyError):
            unit.counters.wrong += 1
        elif isinstance(error, NoReplyError):
            unit.counters.timeouts += 1
            now = self.line.time()
            was_dead = unit.times.state is UnitState.DEAD
            unit.times.missed(now)
            if was_dead:
                # The next probe of any dead unit has to wait until this one's cost is a small share of the time.
                self._probe_after = now + (now - exchange.sent_at) / self.settings.patience.share
            elif unit.times.state is UnitState.DEAD:
                self.line.complaints.say(
                    f"unit {exchange.unit}",
                    f"{self.name}: {error}; it is only probed from now on",
                    now,
                )

    def _may_repeat(self, turn: Turn, unit: Unit, error: Port502Error) -> bool:
        retries = self.settings.retries if turn.wish.retries is None else turn.wish.retries
        return (
            turn.attempts <= retries
            and not turn.call.request.writes
            and not isinstance(error, LinkClosedError)
            and unit.times.state is not UnitState.DEAD
            and _is_wanted(turn)
            and self.line.time() < turn.deadline
        )

    def _give_up(self) -> None:
        """The port is gone, or the line sick: nobody waits for what cannot come."""
        waiting = self.queue.clear()
        if self._again is not None:
            waiting.append(self._again)
            self._again = None
        code = GATEWAY_TARGET_FAILED if self.line.is_open else GATEWAY_PATH_UNAVAILABLE
        for turn in waiting:
            if self.line.is_open:
                self.counters.no_answer += 1
            else:
                self.counters.no_path += 1
            turn.refuse(code)

    def _refuse_late(self, turn: Turn) -> None:
        self.counters.no_answer += 1
        turn.refuse(GATEWAY_TARGET_FAILED)


def _is_wanted(turn: Turn) -> bool:
    return not turn.cancelled and not turn.given
