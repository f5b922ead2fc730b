"""One connection kept to one peer on asyncio: requests queue here, reconnection happens here, outcomes leave here.

The core is callbacks: no task, no future and no timer per request. The public client puts futures on top, the
collector uses the callbacks themselves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any, TypeAlias, TypeVar

from port502.errors import (
    AcknowledgeError,
    ConfigError,
    ConnectError,
    LinkClosedError,
    LinkError,
    NoReplyError,
    Port502Error,
    ServerDeviceBusyError,
    UsageError,
)
from port502.protocol.client import ClientConnection
from port502.protocol.message import Request, Response
from port502.protocol.timing import t3_5
from port502.protocol.transaction import Transaction
from port502.transport.alarms import alarms_of
from port502.transport.backoff import Backoff
from port502.transport.clock import clock_of
from port502.transport.dial import dial
from port502.transport.fallback import Fallback, kind_of
from port502.transport.framings import framing_for
from port502.transport.sockets import Keepalive, words_of
from port502.transport.states import BUSY_WAIT, TURNAROUND, LinkState, Traffic
from port502.transport.stream import Stream
from port502.transport.tls import Tls
from port502.transport.url import Target

log = logging.getLogger("port502.link")

R = TypeVar("R", bound=Response)
AnyTransaction: TypeAlias = Transaction[Any]

MAX_QUEUED = 10_000

LISTENING = 0.002
"""Seconds after which the event loop has heard what had arrived before."""

_READY = LinkState.READY  # looking a member up on its class takes longer than the rest of a comparison


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How a connection behaves; times in seconds.

    ``window`` requests may be in flight; ``coalesce`` puts those of one moment into one segment; ``pause`` lies
    between an answer and the next request, ``settle`` between connecting and the first; ``keep_open`` False closes
    when nothing is left to ask. ``fallback`` is a plain place to go when TLS cannot be had, and for what reasons.
    """

    connect_timeout: float = 3.0
    window: int = 1
    coalesce: bool = False
    pause: float = 0.0
    settle: float = 0.0
    keep_open: bool = True
    reconnect_first: float = 1.0
    reconnect_max: float = 30.0
    keepalive: Keepalive | None = field(default_factory=Keepalive)
    source: str | None = None
    tolerate: frozenset[str] = frozenset()
    tls: Tls | None = None
    fallback: Fallback | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.window <= 1024:
            raise UsageError(f"the window is 1 to 1024 requests, not {self.window}")


@dataclass(slots=True)
class LinkCounters:
    """What happened on a connection since it was made."""

    requests: int = 0
    replies: int = 0
    timeouts: int = 0
    connects: int = 0
    failures: int = 0
    last_error: str = ""
    fallbacks: int = 0


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
        self.target = target
        self.settings = settings or LinkSettings()
        self.counters = LinkCounters()
        self.state = LinkState.IDLE
        self.connection: ClientConnection | None = None
        self._on_state = on_state
        self._on_traffic = on_traffic
        self._backoff = Backoff(self.settings.reconnect_first, self.settings.reconnect_max)
        self.is_serial = target.scheme in ("rtu", "ascii", "rtu+tcp")
        self._serial_gap = t3_5(target.serial.baud) if target.is_serial else 0.0
        self._pause = max(self.settings.pause, self._serial_gap)
        self._coalesce = self.settings.coalesce
        self._is_plain = not self._pause and self.settings.keep_open and on_traffic is None
        self.loop = asyncio.get_running_loop()
        self.time = self._time = clock_of(self.loop)
        self._stream: Stream | None = None
        self._window = self.settings.window
        self._queue: list[tuple[int, int, AnyTransaction]] = []
        self._sequence = 0
        self._held: set[AnyTransaction] = set()
        self._not_before = 0.0
        self._retry_at = 0.0
        self._wanted = False
        self._connecting: asyncio.Task[None] | None = None
        self._opening: list[asyncio.Future[None]] = []
        self._alarms = alarms_of(self.loop)
        self._pausing: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._bundle: list[bytes] = []

    # Asking

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
        if self.state is LinkState.CLOSED:
            raise LinkClosedError(f"the connection to {self.target} was closed by its owner")
        if self.state is not LinkState.READY:
            opened: asyncio.Future[None] = self.loop.create_future()
            self._opening.append(opened)
            self._connect_soon()
            await opened
        self._wanted = True

    def keep(self) -> None:
        """Connect in the background and stay connected, without waiting for it."""
        self._wanted = True
        self._connect_soon()

    async def close(self) -> None:
        """End the connection; what waits fails with LinkClosedError."""
        if self.state is LinkState.CLOSED:
            return
        self._wanted = False
        self._become(LinkState.CLOSED, "closed by its owner")
        connecting, self._connecting = self._connecting, None
        self._stop_timers()
        error = LinkClosedError(f"the connection to {self.target} was closed by its owner")
        stream, self._stream = self._stream, None
        lost = self._drop_connection(error)
        lost += [transaction for _, _, transaction in self._queue]
        lost += self._held
        self._queue.clear()
        self._held.clear()
        for opened in self._opening:
            if not opened.done():
                opened.set_exception(error)
        self._opening.clear()
        for transaction in lost:
            transaction.error = error
            self._deliver(transaction)
        if connecting is not None:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
        if stream is not None:
            stream.detach()
            await stream.wait_closed()

    @property
    def queued(self) -> int:
        """Requests that wait for their turn."""
        return len(self._queue)

    # Sending

    def _enqueue(self, transaction: AnyTransaction, now: float) -> None:
        if self.state is LinkState.CLOSED:
            self._fail_soon(
                transaction, LinkClosedError(f"the connection to {self.target} was closed by its owner")
            )
        elif len(self._queue) >= MAX_QUEUED:
            self._fail_soon(transaction, LinkError(f"{MAX_QUEUED} requests wait for {self.target} already"))
        elif self.state is LinkState.BACKING_OFF and self._retry_at >= transaction.deadline:
            self._fail_soon(
                transaction, ConnectError(f"{self.counters.last_error}; next attempt is later than asked")
            )
        else:
            self._push(transaction)
            self._alarms.set(self, transaction.deadline)
            if self.state is LinkState.READY:
                self._pump()
            else:
                self._connect_soon()

    def _push(self, transaction: AnyTransaction) -> None:
        self._sequence += 1
        heappush(self._queue, (transaction.priority, self._sequence, transaction))

    def _fail_soon(self, transaction: AnyTransaction, error: Port502Error) -> None:
        transaction.error = error
        self.loop.call_soon(self._deliver, transaction)

    def _pump(self) -> None:
        connection = self.connection
        queue = self._queue
        while queue and connection is not None and self.state is LinkState.READY and connection.has_room:
            now = self._time()
            if now < self._not_before:
                if self._pausing is None:
                    self._pausing = self.loop.call_at(self._not_before, self._pause_over)
                return
            transaction = heappop(queue)[2]
            if transaction.abandoned:
                continue
            if transaction.deadline <= now:
                self._fail_late(transaction)
                continue
            if self._should_listen_first(connection, transaction):
                self._push(transaction)
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
            if not self._bundle:
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
                self._backoff.failures = 0
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
            self._finish(finished, now)
        if connection.failure is not None and connection is self.connection:
            self._lose(connection.failure)
        elif self.is_serial and connection.framing.pending:
            self._watch_silence()
        elif self._queue:
            self._pump()

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        """The stream has ended (called by the stream)."""
        if stream is not self._stream:
            return
        how = (
            f"the connection to {self.target} was lost: {words_of(error)}"
            if error
            else f"{self.target} closed the connection"
        )
        if self.connection is not None and not self.connection.answered:
            how += " before it answered anything (is its connection limit reached?)"
        self._lose(LinkClosedError(how))

    def _watch_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        # USB adapters deliver in bursts of some 16 ms: a shorter gap proves nothing.
        self._silence = self.loop.call_later(max(self._serial_gap, 0.02), self._silent)

    def _silent(self) -> None:
        self._silence = None
        if self.connection is not None:
            now = self._time()
            self._finish(self.connection.silence(now), now)
            self._pump()

    def _finish(self, finished: Iterable[AnyTransaction], now: float) -> None:
        if self._pause:
            self._not_before = now + self._pause
        deliver = self._deliver
        for transaction in finished:
            error = transaction.error
            if error is None:
                self.counters.replies += 1
                self._backoff.failures = 0
                deliver(transaction)
            elif transaction.may_repeat(error) and transaction.deadline > now:
                self._repeat(transaction, error)
            else:
                self.counters.last_error = str(error)
                self._deliver(transaction)
        if not self.settings.keep_open and not self._queue and not self._held:
            self._close_when_idle()

    def _repeat(self, transaction: AnyTransaction, error: Port502Error) -> None:
        transaction.error = None
        if isinstance(error, (AcknowledgeError, ServerDeviceBusyError)):
            self._held.add(transaction)
            self.loop.call_later(BUSY_WAIT * transaction.attempts, self._release, transaction)
        else:
            self._push(transaction)
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
        if self._queue and min(entry[2].deadline for entry in self._queue) <= now:
            self._drop_late(now)
        self._pump()
        self._arm_next()

    def _look_at_silence(self, connection: ClientConnection) -> None:
        """A black hole looks like a slow peer: after some silence a new connection is tried."""
        if connection.failure is not None:
            self._lose(connection.failure)
        elif connection.is_mute and not self.target.is_serial:
            self._lose(LinkClosedError(f"{self.target} did not answer any of the last requests"))

    def _arm_next(self) -> None:
        moments = [entry[2].deadline for entry in self._queue]
        if self.connection is not None:
            expiry = self.connection.next_expiry()
            if expiry is not None:
                moments.append(expiry)
        if moments:
            self._alarms.set(self, min(moments))

    def _drop_late(self, now: float) -> None:
        late = [entry[2] for entry in self._queue if entry[2].deadline <= now]
        self._queue = [entry for entry in self._queue if entry[2].deadline > now]
        heapify(self._queue)
        for transaction in late:
            self._fail_late(transaction)

    def _fail_late(self, transaction: AnyTransaction) -> None:
        if self.state is LinkState.READY:
            asked = (
                f" after {transaction.attempts} attempts" if transaction.attempts else " before it was sent"
            )
            transaction.error = NoReplyError(
                f"unit {transaction.unit} at {self.target}: the deadline passed{asked}"
            )
        else:
            transaction.error = ConnectError(
                self.counters.last_error or f"no connection to {self.target} in time"
            )
        self._deliver(transaction)

    def _stop_timers(self) -> None:
        self._alarms.clear(self)
        for timer in (self._silence, self._pausing):
            if timer is not None:
                timer.cancel()
        self._silence = self._pausing = None

    # Connecting

    def _become(self, state: LinkState, why: str) -> None:
        self.state = state
        log.debug("%s: %s: %s", self.target, state, why)
        if self._on_state is not None:
            try:
                self._on_state(state, why)
            except Exception:
                log.exception("the state listener of %s failed", self.target)

    def _connect_soon(self) -> None:
        if self.state is LinkState.IDLE and self._connecting is None:
            self._become(LinkState.CONNECTING, f"connecting to {self.target}")
            self._connecting = self.loop.create_task(self._connect())

    async def _connect(self) -> None:
        settings = self.settings
        try:
            stream = await self._dial()
        except (ConnectError, ConfigError, UsageError) as error:
            self._connecting = None
            self._connect_failed(error)
            return
        except Exception as error:
            log.exception("connecting to %s failed in a way that nobody thought of", self.target)
            self._connecting = None
            self._connect_failed(ConnectError(f"could not connect to {self.target}: {error!r}"))
            return
        self._connecting = None
        if self.state is LinkState.CLOSED:
            stream.detach()
            return
        self._stream = stream
        self.counters.connects += 1
        self.connection = ClientConnection(
            framing_for(self.target.scheme, "client"),
            window=self._window,
            tolerate=settings.tolerate,
            by_order=self.is_serial,
        )
        if settings.settle:
            self._become(LinkState.SETTLING, f"connected; quiet for {settings.settle:g} s")
            self.loop.call_later(settings.settle, self._settled, stream)
        else:
            self._settled(stream)

    async def _dial(self) -> Stream:
        settings = self.settings
        try:
            return await self._dial_to(self.target)
        except ConnectError as error:
            fallback = settings.fallback
            if fallback is None or kind_of(error) not in fallback.when:
                raise
            stream = await self._dial_to(fallback.target)
            self.counters.fallbacks += 1
            log.warning("%s: without TLS at %s, as allowed: %s", self.target, fallback.target, error)
            self.loop.call_later(fallback.retry, self._leave_fallback, stream)
            return stream

    async def _dial_to(self, target: Target) -> Stream:
        settings = self.settings
        return await dial(
            target,
            self,
            timeout=settings.connect_timeout,
            keepalive=settings.keepalive,
            source=settings.source,
            tls=settings.tls,
        )

    def _leave_fallback(self, stream: Stream) -> None:
        """The plain connection has lasted long enough: the next one is tried with TLS again."""
        if stream is not self._stream or self.connection is None or self.settings.fallback is None:
            return
        if self.connection.in_flight:
            self.loop.call_later(0.1, self._leave_fallback, stream)
        else:
            self._lose(LinkClosedError(f"{self.target}: the time without TLS is over; trying with TLS again"))

    def _settled(self, stream: Stream) -> None:
        if stream is not self._stream:
            return
        self._become(LinkState.READY, "connected")
        for opened in self._opening:
            if not opened.done():
                opened.set_result(None)
        self._opening.clear()
        self._pump()

    def _connect_failed(self, error: Port502Error) -> None:
        if self.state is LinkState.CLOSED:
            return
        for opened in self._opening:
            if not opened.done():
                opened.set_exception(error)
        self._opening.clear()
        self._back_off(error)
        waiting = [entry[2] for entry in self._queue]
        self._queue.clear()
        for transaction in waiting:
            transaction.attempts += 1
            if transaction.may_repeat(error) and transaction.deadline > self._retry_at:
                self._push(transaction)
            else:
                transaction.error = error
                self._deliver(transaction)
        self._arm_next()

    def _back_off(self, error: Port502Error) -> None:
        self.counters.failures += 1
        self.counters.last_error = str(error)
        delay = self._backoff.failed()
        self._retry_at = self._time() + delay
        self._become(LinkState.BACKING_OFF, f"{error}; next attempt in {delay:.1f} s")
        self.loop.call_at(self._retry_at, self._backed_off)

    def _backed_off(self) -> None:
        if self.state is LinkState.BACKING_OFF:
            self._become(LinkState.IDLE, "may connect again")
            if self._wanted or self._queue or self._opening:
                self._connect_soon()

    def _lose(self, error: Port502Error) -> None:
        """The connection is of no use any more: fail or repeat what was in flight, and come back later."""
        stream, self._stream = self._stream, None
        answered = self.connection is not None and self.connection.answered
        lost = self._drop_connection(error)
        if stream is not None:
            stream.detach()
        if answered and not lost:
            # A device that closes idle connections has done nothing wrong.
            self.counters.last_error = str(error)
            self._become(LinkState.IDLE, str(error))
            if self._wanted or self._queue:
                self._connect_soon()
        else:
            self._back_off(error)
        for transaction in lost:
            if transaction.may_repeat(error) and transaction.deadline > self._retry_at:
                transaction.error = None
                self._push(transaction)
            else:
                self._deliver(transaction)
        self._arm_next()

    def _drop_connection(self, error: Port502Error) -> list[AnyTransaction]:
        connection, self.connection = self.connection, None
        self._bundle.clear()
        return connection.fail(error) if connection is not None else []

    def _close_when_idle(self) -> None:
        if self._stream is not None and self.connection is not None and not self.connection.in_flight:
            stream, self._stream, self.connection = self._stream, None, None
            stream.detach()
            self._become(LinkState.IDLE, "closed after the last answer, as asked")
