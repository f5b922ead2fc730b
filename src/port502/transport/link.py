"""Requests on one connection to one peer: they queue here, go out here, and each one's outcome leaves here.

The core is callbacks: no task, no future and no timer per request. The public client puts futures on top, the
collector uses the callbacks themselves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from port502.errors import (
    AcknowledgeError,
    Port502Error,
    ServerDeviceBusyError,
    UsageError,
)
from port502.protocol.client import ClientConnection
from port502.protocol.message import Request, Response
from port502.protocol.timing import t3_5
from port502.protocol.transaction import Transaction
from port502.transport.alarms import alarms_of
from port502.transport.clock import clock_of
from port502.transport.contact import Contact
from port502.transport.framings import framing_for
from port502.transport.link_errors import (
    closed_by_owner,
    deadline_passed,
    ended_by_peer,
    mute,
    next_attempt_too_late,
    too_many,
)
from port502.transport.link_settings import LinkCounters, LinkSettings
from port502.transport.queue import AnyTransaction, RequestQueue
from port502.transport.states import BUSY_WAIT, TURNAROUND, LinkState, Traffic, heard_by
from port502.transport.stream import Stream
from port502.transport.url import Target

log = logging.getLogger("port502.link")

R = TypeVar("R", bound=Response)

LISTENING = 0.002
"""Seconds after which the event loop has heard what had arrived before."""

LEAST_SILENCE = 0.02
"""USB adapters deliver in bursts of some 16 ms: a shorter gap proves nothing."""

_READY = LinkState.READY  # looking a member up on its class takes longer than the rest of a comparison


class Link:
    """A connection to ``target`` that comes back by itself; every submitted request ends exactly once."""

    def __init__(
        self,
        target: Target,
        settings: LinkSettings | None = None,
        *,
        on_state: Callable[[LinkState, str], None] | None = None,
        on_traffic: Traffic | None = None,
    ) -> None:
        settings = settings or LinkSettings()
        serial_gap = t3_5(target.serial.baud) if target.is_serial else 0.0
        self.loop = asyncio.get_running_loop()
        # What each request looks at comes first and thus lies together in memory: with a thousand connections
        # much of the time goes by waiting for memory.
        self.is_serial = target.scheme in ("rtu", "ascii", "rtu+tcp")
        self.time = self._time = clock_of(self.loop)
        self.connection: ClientConnection | None = None
        self.state = LinkState.IDLE
        self._queue = RequestQueue()
        self._not_before = 0.0
        self._stream: Stream | None = None
        self.counters = LinkCounters()
        self._on_traffic: Traffic | None = None
        self._coalesce = settings.coalesce
        self._alarms = alarms_of(self.loop)
        self._pause = max(settings.pause, serial_gap)
        self._is_plain = False
        self._has_answered = False
        self.target = target
        self.settings = settings
        self._on_state = on_state
        self._contact = Contact(target, settings, self.counters, self)
        self._serial_gap = serial_gap
        self._window = settings.window
        self._held: set[AnyTransaction] = set()
        self._pausing: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._bundle: list[bytes] = []
        self._is_handing_out = False
        self._heard_by = on_traffic
        self.listen(None)

    # Its owner's wishes

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
        """Send a request as soon as its turn comes; ``done`` is called once, with its response or error set.

        ``timeout`` bounds each attempt, ``deadline`` (on the event loop's clock) the whole. Lower ``priority`` goes
        first. Reads are repeated up to ``retries`` times, writes never.
        """
        now = self._time()
        if deadline is None:
            deadline = now + self.settings.connect_timeout + (retries + 1) * timeout
        transaction = Transaction(unit, request, done, timeout, deadline, retries, priority, context)
        connection = self.connection
        if (
            connection is not None
            and self.state is _READY
            and not self._queue
            and len(connection._waiting) < connection.window
            and now >= self._not_before
            and not (request.writes and self._should_listen_first(connection, transaction))
        ):
            self._transmit(connection, transaction, now)
        else:
            self._enqueue(transaction, now)
        return transaction

    def cancel(self, transaction: AnyTransaction) -> None:
        """Nobody wants the outcome any more: what is not sent is not sent; a reply in flight is discarded."""
        transaction.abandoned = True

    async def open(self) -> None:
        """Connect now and stay connected; raises ConnectError when the first attempt fails."""
        await self._contact.open()

    def keep(self) -> None:
        """Connect in the background and stay connected, without waiting for it."""
        self._contact.keep()

    async def close(self) -> None:
        """End the connection; what waits fails with LinkClosedError."""
        if self.state is LinkState.CLOSED:
            return
        error = closed_by_owner(self.target)
        self._contact.end(error)
        self._stop_timers()
        lost = [*self._drop_connection(error), *self._queue.take_all(), *self._held]
        self._held.clear()
        for transaction in lost:
            transaction.error = error
            self._deliver(transaction)
        await self._contact.ended()

    def listen(self, heard: Traffic | None) -> None:
        """From now on somebody else hears what passes too, in place of who did before; None: nobody else."""
        self._on_traffic = heard_by(self._heard_by, heard)
        self._is_plain = not self._pause and self.settings.keep_open and self._on_traffic is None

    @property
    def queued(self) -> int:
        """Requests that wait for their turn."""
        return len(self._queue)

    # Sending

    def _enqueue(self, transaction: AnyTransaction, now: float) -> None:
        if self.state is LinkState.CLOSED:
            self._fail_soon(transaction, closed_by_owner(self.target))
        elif self._queue.is_full:
            self._fail_soon(transaction, too_many(self.target, len(self._queue)))
        elif self.state is LinkState.BACKING_OFF and self._contact.retry_at >= transaction.deadline:
            self._fail_soon(transaction, next_attempt_too_late(self.counters.last_error))
        else:
            self._queue.put(transaction)
            self._alarms.set(self, transaction.deadline)
            if self.state is LinkState.READY:
                self._pump()
            else:
                self._contact.make()

    def _fail_soon(self, transaction: AnyTransaction, error: Port502Error) -> None:
        transaction.error = error
        self.loop.call_soon(self._deliver, transaction)

    def _pump(self) -> None:
        """Send what may be sent now."""
        connection = self.connection
        queue = self._queue
        while queue and connection is not None and self.state is LinkState.READY and connection.has_room:
            now = self._time()
            if now < self._not_before:
                if self._pausing is None:
                    self._pausing = self.loop.call_at(self._not_before, self._pause_over)
                return
            transaction = queue.take()
            if transaction.abandoned:
                continue
            if transaction.deadline <= now:
                self._fail_late(transaction)
                continue
            if self._should_listen_first(connection, transaction):
                queue.put(transaction)
                return
            self._transmit(connection, transaction, now)

    def _pause_over(self) -> None:
        self._pausing = None
        self._pump()

    def _should_listen_first(self, connection: ClientConnection, transaction: AnyTransaction) -> bool:
        """A write on a quiet line waits for what arrived unseen: it may be the end of the connection.

        Sent into a connection that has ended, a write would be lost with an unknown outcome; a read is repeated.
        """
        stream = self._stream
        if stream is None or connection.in_flight or not transaction.request.writes or not stream.has_news():
            return False
        self.loop.call_later(LISTENING, self._pump)
        return True

    def _transmit(self, connection: ClientConnection, transaction: AnyTransaction, now: float) -> None:
        stream = self._stream
        assert stream is not None
        self.counters.requests += 1
        if self.is_serial and transaction.unit == 0:
            self._broadcast(connection, stream, transaction, now)
            return
        data = connection.send(transaction, now)
        if self._on_traffic is not None:
            self._on_traffic("sent", data)
        if self._coalesce:
            if not self._bundle and not self._is_handing_out:
                self.loop.call_soon(self._send_bundle)
            self._bundle.append(data)
            if len(connection._waiting) >= connection.window:
                self._send_bundle()
        else:
            stream.write(data)
        self._alarms.set(self, transaction.expires)

    def _send_bundle(self) -> None:
        if self._stream is not None and self._bundle:
            self._stream.write(b"".join(self._bundle))
        self._bundle.clear()

    def _broadcast(
        self, connection: ClientConnection, stream: Stream, transaction: AnyTransaction, now: float
    ) -> None:
        """Unit 0 of a serial line: every device listens, none answers (Serial Line V1.02, clause 2.1)."""
        if transaction.request.writes:
            data = connection.framing.encode(0, 0, transaction.request.encode())
            if self._on_traffic is not None:
                self._on_traffic("sent", data)
            stream.write(data)
            self._not_before = now + TURNAROUND
        else:
            transaction.error = UsageError(
                "unit 0 is a broadcast on a serial line: nothing can be read from it"
            )
        self.loop.call_soon(self._deliver, transaction)

    # Receiving

    def stream_received(self, stream: Stream, data: bytes) -> None:
        """Bytes arrived (called by the stream)."""
        connection = self.connection
        if connection is None:
            return
        now = self._time()
        if self._is_plain and not self._queue:
            transaction = connection.receive_only(data, now)
            if transaction is not None:
                self.counters.replies += 1
                if not self._has_answered:
                    self._answered()
                self._alarms.clear(self)
                self._deliver(transaction)
                return
        elif self._on_traffic is not None:
            self._on_traffic("received", data)
        finished = connection.receive(data, now)
        if self._queue and not self._pause and connection.failure is None:
            self._pump()  # the peer has something to do while its replies are handed out
        if not self._queue and not connection._waiting:
            self._alarms.clear(self)
        if finished:
            self._hand_out(finished, now)
        if connection.failure is not None and connection is self.connection:
            self.lose(connection.failure)
        elif self.is_serial and connection.framing.pending:
            self._watch_silence()
        elif self._queue:
            self._pump()

    def _hand_out(self, finished: Iterable[AnyTransaction], now: float) -> None:
        """Finish these, and send at once, together, what is asked in return."""
        self._is_handing_out = True
        try:
            self._finish(finished, now)
        finally:
            self._is_handing_out = False
            self._send_bundle()

    def _watch_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self._silence = self.loop.call_later(max(self._serial_gap, LEAST_SILENCE), self._silent)

    def _silent(self) -> None:
        self._silence = None
        if self.connection is not None:
            now = self._time()
            self._finish(self.connection.silence(now), now)
            self._pump()

    def _answered(self) -> None:
        self._has_answered = True
        self._contact.backoff.reset()

    def _finish(self, finished: Iterable[AnyTransaction], now: float) -> None:
        if self._pause:
            self._not_before = now + self._pause
        deliver = self._deliver
        for transaction in finished:
            error = transaction.error
            if error is None:
                self.counters.replies += 1
                if not self._has_answered:
                    self._answered()
                deliver(transaction)
            elif transaction.may_repeat(error) and transaction.deadline > now:
                self._repeat(transaction, error)
            else:
                self.counters.last_error = str(error)
                self._deliver(transaction)
        if not self.settings.keep_open and not self._queue and not self._held:
            self._rest()

    def _rest(self) -> None:
        if self.connection is not None and not self.connection.in_flight:
            self._stream = self.connection = None
            self._contact.rest("closed after the last answer, as asked")

    def _repeat(self, transaction: AnyTransaction, error: Port502Error) -> None:
        transaction.error = None
        if isinstance(error, (AcknowledgeError, ServerDeviceBusyError)):
            self._held.add(transaction)
            self.loop.call_later(BUSY_WAIT * transaction.attempts, self._release, transaction)
        else:
            self._queue.put(transaction)
            self._alarms.set(self, transaction.deadline)

    def _release(self, transaction: AnyTransaction) -> None:
        if transaction in self._held:
            self._held.discard(transaction)
            self._enqueue(transaction, self._time())

    def _deliver(self, transaction: AnyTransaction) -> None:
        if transaction.abandoned:
            return
        try:
            transaction.done(transaction)
        except Exception:
            log.exception("the callback of a request to %s failed", self.target)

    # Time

    def wake(self) -> None:
        """Somebody's time is up (called by the alarms)."""
        now = self._time()
        connection = self.connection
        if connection is not None:
            overdue = connection.expire(now)
            if overdue:
                self.counters.timeouts += len(overdue)
                self._window = connection.window
                self._finish(overdue, now)
            if connection is self.connection:
                self._look_at_silence(connection)
        for transaction in self._queue.take_late(now):
            self._fail_late(transaction)
        self._pump()
        self._set_alarm()

    def _look_at_silence(self, connection: ClientConnection) -> None:
        """A black hole looks like a slow peer: after some silence a new connection is tried."""
        if connection.failure is not None:
            self.lose(connection.failure)
        elif connection.is_mute and not self.target.is_serial:
            self.lose(mute(self.target))

    def _set_alarm(self) -> None:
        expiry = self.connection.next_expiry() if self.connection is not None else None
        for moment in (self._queue.first_deadline(), expiry):
            if moment is not None:
                self._alarms.set(self, moment)

    def _fail_late(self, transaction: AnyTransaction) -> None:
        transaction.error = deadline_passed(
            transaction,
            self.target,
            ready=self.state is LinkState.READY,
            last_error=self.counters.last_error,
        )
        self._deliver(transaction)

    def _stop_timers(self) -> None:
        self._alarms.clear(self)
        for timer in (self._silence, self._pausing):
            if timer is not None:
                timer.cancel()
        self._silence = self._pausing = None

    # The contact with the peer (the methods without underscore are called by it)

    @property
    def needs_contact(self) -> bool:
        """Whether requests wait."""
        return bool(self._queue)

    @property
    def in_use(self) -> bool:
        """Whether requests are in flight."""
        return self.connection is not None and self.connection.in_flight > 0

    def turned(self, state: LinkState, why: str) -> None:
        """The contact is in another state now."""
        self.state = state
        if self._on_state is not None:
            try:
                self._on_state(state, why)
            except Exception:
                log.exception("the state listener of %s failed", self.target)
        if state is LinkState.READY:
            self._pump()

    def connected(self, stream: Stream) -> None:
        """There is a new stream."""
        self._stream = stream
        self._has_answered = False
        self.connection = ClientConnection(
            framing_for(self.target.scheme, "client", self.settings.longer),
            window=self._window,
            tolerate=self.settings.tolerate,
            by_order=self.is_serial,
        )

    def refused(self, error: Port502Error) -> None:
        """An attempt to connect has failed: what cannot wait for the next one fails with it."""
        waiting = self._queue.take_all()
        for transaction in waiting:
            transaction.attempts += 1
            if transaction.may_repeat(error) and transaction.deadline > self._contact.retry_at:
                self._queue.put(transaction)
            else:
                transaction.error = error
                self._deliver(transaction)
        self._set_alarm()

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        """The stream has ended (called by the stream)."""
        if stream is not self._stream:
            return
        answered = self.connection is not None and self.connection.answered
        self.lose(ended_by_peer(self.target, error, answered))

    def lose(self, error: Port502Error) -> None:
        """The connection is of no use any more: fail or repeat what was in flight."""
        answered = self.connection is not None and self.connection.answered
        lost = self._drop_connection(error)
        # A device that closes idle connections has done nothing wrong.
        self._contact.lost(error, blameless=answered and not lost)
        for transaction in lost:
            if transaction.may_repeat(error) and transaction.deadline > self._contact.retry_at:
                transaction.error = None
                self._queue.put(transaction)
            else:
                self._deliver(transaction)
        self._set_alarm()

    def _drop_connection(self, error: Port502Error) -> list[AnyTransaction]:
        connection, self.connection = self.connection, None
        self._stream = None
        self._bundle.clear()
        return connection.fail(error) if connection is not None else []
