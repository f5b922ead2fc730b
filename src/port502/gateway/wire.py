"""A bus as a connection: who asks a link can ask a bus, and is one more of its clients."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, TypeAlias, TypeVar

from port502.errors import ConnectError, LinkClosedError, LinkError, NoReplyError, Port502Error, device_error
from port502.gateway.bus import Bus, Turn, Wish
from port502.protocol.codes import GATEWAY_PATH_UNAVAILABLE
from port502.protocol.message import ExceptionResponse, Request, Response
from port502.protocol.transaction import Transaction
from port502.service.call import Call, Reply, Session
from port502.transport.link_settings import LinkCounters
from port502.transport.states import LinkState, Traffic

log = logging.getLogger("port502.gateway")

R = TypeVar("R", bound=Response)
AnyTransaction: TypeAlias = Transaction[Any]

MAX_QUEUED = 10_000
URGENT = 1
"""The priority up to which a request has its turn before others: writes, and what somebody waits for.

What comes behind is polling, which knows by itself which units are not worth asking, and when to try again.
"""

NOBODY = Session(listener="the site")


class BusWire:
    """Whoever owns a bus asks it through this, with the methods of a ``Link``.

    It is one client of the bus's fair queue, whatever it asks: of its own requests the one with the lowest priority
    has the next turn. A unit that is dead on the bus is refused with 0B, as a gateway far away would do, unless it
    is polled; everything else ends with the errors of a link. Where there is one ``before`` it on the same line, that
    one is closed before this one opens it.
    """

    def __init__(
        self,
        bus: Bus,
        *,
        on_state: Callable[[LinkState, str], None] | None = None,
        session: Session = NOBODY,
        before: BusWire | None = None,
    ) -> None:
        self.bus = bus
        self.closed = asyncio.Event()
        self._before = before
        self.counters = LinkCounters()
        self._on_state = on_state
        self._session = session
        self._loop = bus.line.loop
        self._time = bus.line.time
        self._queue: list[tuple[int, int, AnyTransaction]] = []
        self._sequence = 0
        self._turn: Turn | None = None
        self._asking: AnyTransaction | None = None
        self._opening: asyncio.Task[None] | None = None
        bus.line.on_state = self._turned

    @property
    def state(self) -> LinkState:
        """Where the line stands."""
        return self.bus.line.state

    def keep(self) -> None:
        """Open the line, and open it again whenever it was lost."""
        if self._opening is None:
            self._opening = self._loop.create_task(self._open())

    async def _open(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            await before.closed.wait()
        await self.bus.start()

    async def close(self) -> None:
        """Close the line; what waits fails with LinkClosedError."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        await self.bus.stop()
        self.closed.set()
        waiting = [transaction for _, _, transaction in self._queue]
        self._queue.clear()
        for transaction in waiting:
            self._end(transaction, LinkClosedError(f"{self.bus.line.target} was closed by its owner"))

    def submit(
        self,
        unit: int,
        request: Request[R],
        done: Callable[[AnyTransaction], None],
        *,
        timeout: float = 1.0,
        deadline: float | None = None,
        retries: int = 0,
        priority: int = 0,
        context: Any = None,
    ) -> Transaction[R]:
        """Ask when its turn comes; ``done`` is called once, later, with its response or error set."""
        if deadline is None:
            deadline = self._time() + self.bus.settings.queue.age
        transaction = Transaction(unit, request, done, timeout, deadline, retries, priority, context)
        if self.state in (LinkState.BACKING_OFF, LinkState.CLOSED):
            self._loop.call_soon(self._end, transaction, self._no_line())
        elif len(self._queue) >= MAX_QUEUED:
            error = LinkError(f"{MAX_QUEUED} requests wait for {self.bus.line.target} already")
            self._loop.call_soon(self._end, transaction, error)
        else:
            self._push(transaction)
            self._make_way(priority)
            if self.state is LinkState.IDLE:
                self.keep()
            self._next()
        return transaction

    def cancel(self, transaction: AnyTransaction) -> None:
        """Nobody wants the outcome any more: what is not sent will not be."""
        transaction.abandoned = True
        if transaction is self._asking and self._turn is not None:
            turn, self._turn, self._asking = self._turn, None, None
            turn.cancel()
            self._next()

    def listen(self, heard: Traffic | None) -> None:
        """From now on this hears what passes on the line, in place of what did before; None: nothing does."""
        self.bus.line.on_traffic = heard

    def _push(self, transaction: AnyTransaction) -> None:
        self._sequence += 1
        heappush(self._queue, (transaction.priority, self._sequence, transaction))

    def _make_way(self, priority: int) -> None:
        """Take the waiting request out again where one came that goes before it."""
        turn, asking = self._turn, self._asking
        if turn is not None and asking is not None and not turn.attempts and priority < asking.priority:
            self._turn = self._asking = None
            turn.cancel()
            heappush(self._queue, (asking.priority, 0, asking))

    def _next(self) -> None:
        """Let the first of the requests wait for its turn among those of the other clients."""
        while self._queue and self._turn is None and self.state is LinkState.READY:
            transaction = heappop(self._queue)[2]
            if transaction.abandoned:
                continue
            now = self._time()
            if transaction.deadline <= now:
                self._end(transaction, self._too_late(transaction))
                continue
            call = Call(
                self._session, transaction.unit, transaction.request, now, broadcast=not transaction.unit
            )
            wish = Wish(
                within=transaction.deadline - now,
                limit=transaction.timeout,
                retries=transaction.retries,
                urgent=transaction.priority <= URGENT,
                anyway=transaction.priority > URGENT,
            )
            reply = self.bus.take(call, wish)
            if isinstance(reply, Turn):
                self._turn, self._asking = reply, transaction
                reply.then(self._came, transaction)
            else:
                self._loop.call_soon(self._refused, transaction, reply)

    def _came(self, transaction: AnyTransaction, reply: Reply) -> None:
        turn, self._turn, self._asking = self._turn, None, None
        assert turn is not None
        exchange = turn.exchange
        if exchange is None:
            self._refused(transaction, reply)
        else:
            transaction.attempts = turn.attempts
            transaction.sent_at = exchange.sent_at
            self.counters.requests += turn.attempts
            self.counters.timeouts += isinstance(exchange.error, NoReplyError)
            if exchange.error is not None:
                self._end(transaction, exchange.error)
            else:
                transaction.response = exchange.response
                self.counters.replies += 1
                self._deliver(transaction)
        self._next()

    def _refused(self, transaction: AnyTransaction, reply: Reply) -> None:
        """It was not sent at all."""
        assert isinstance(reply, ExceptionResponse)
        if reply.code == GATEWAY_PATH_UNAVAILABLE:
            error = self._no_line()
        elif transaction.deadline <= self._time():
            error = self._too_late(transaction)
        else:
            transaction.attempts = 1
            transaction.sent_at = self._time()
            error = device_error(reply.function, reply.code)
        self._end(transaction, error)

    def _too_late(self, transaction: AnyTransaction) -> Port502Error:
        return NoReplyError(
            f"unit {transaction.unit} at {self.bus.line.target}: its turn did not come in time"
        )

    def _no_line(self) -> Port502Error:
        return ConnectError(self.bus.line.counters.last_error or f"{self.bus.line.target} is not open")

    def _end(self, transaction: AnyTransaction, error: Port502Error) -> None:
        transaction.error = error
        self.counters.last_error = str(error)
        self._deliver(transaction)

    def _deliver(self, transaction: AnyTransaction) -> None:
        if transaction.abandoned:
            return
        try:
            transaction.done(transaction)
        except Exception:
            log.exception("the callback of a request to %s failed", self.bus.line.target)

    def _turned(self, state: LinkState, why: str) -> None:
        if state is LinkState.READY:
            self.counters.connects += 1
        elif state is LinkState.BACKING_OFF:
            self.counters.failures += 1
            self.counters.last_error = why
        if self._on_state is not None:
            self._on_state(state, why)
        if state is LinkState.BACKING_OFF:
            waiting = [transaction for _, _, transaction in self._queue]
            self._queue.clear()
            for transaction in waiting:
                self._end(transaction, self._no_line())
        elif state is LinkState.READY:
            self._next()
