"""What the blocking client does with its connection: every call is brought to its outcome here, in turn.

The usual cases come first and are quick: one request and its reply, or a burst of reads and theirs. Whatever else
happens - silence, refusals, replies in pieces or out of order, lost connections - ends in the same loop.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from port502.client.settings import ClientSettings, check_unit
from port502.errors import (
    AcknowledgeError,
    ConnectError,
    DeviceError,
    LinkClosedError,
    LinkError,
    NoReplyError,
    ServerDeviceBusyError,
    UsageError,
)
from port502.protocol.burst import Burst
from port502.protocol.client import AnyTransaction, ClientConnection
from port502.protocol.message import Request, Response
from port502.protocol.timing import t3_5
from port502.protocol.transaction import Transaction
from port502.transport.backoff import Backoff
from port502.transport.blocking import BlockingStream, dial_blocking
from port502.transport.framings import framing_for
from port502.transport.sockets import RECEIVE_SIZE
from port502.transport.states import BUSY_WAIT, TURNAROUND, LinkState, Traffic

R = TypeVar("R", bound=Response)

ONE_FRAME = 260
"""The longest frame on TCP: receiving no more spares a large buffer for each small reply."""

IDLE_CHECK = 1.0
"""Seconds after which a connection is looked at before it is used: the peer may have closed it meanwhile."""


class Exchange:
    """One connection, opened when it is needed, and the calls that take turns on it."""

    def __init__(
        self,
        settings: ClientSettings,
        on_state: Callable[[LinkState, str], None] | None,
        on_traffic: Traffic | None,
    ) -> None:
        target = settings.target
        self.settings = settings
        self.state = LinkState.IDLE
        self._on_state = on_state
        self._on_traffic = on_traffic
        self._by_order = target.scheme not in ("tcp", "tls")
        self._gap = max(settings.pause, t3_5(target.serial.baud) if target.is_serial else 0.0)
        self._is_plain = not self._by_order and not self._gap and on_traffic is None
        self._unit = settings.unit
        self._timeout = settings.response_timeout
        self._retries = settings.retries
        self._longest = settings.longest
        self._window = settings.window
        self._coalesce = settings.coalesce
        self._backoff = Backoff(settings.reconnect.first, settings.reconnect.maximum)
        self._retry_at = 0.0
        self._not_before = 0.0
        self._last_used = 0.0
        self._last_error = ""
        self._lock = threading.Lock()
        self._stream: BlockingStream | None = None
        self._connection: ClientConnection = self._fresh_connection()

    def connect(self) -> None:
        """Connect now; raises ConnectError with the reason."""
        with self._lock:
            if self._stream is not None:
                return
            now = time.monotonic()
            deadline = now + self.settings.connect_timeout
            if now < self._retry_at >= deadline:
                raise ConnectError(f"{self._last_error}; next attempt in {self._retry_at - now:.1f} s")
            try:
                self._dial(deadline)
            except ConnectError as error:
                self._recover([], error)
                raise

    def close(self) -> None:
        """End the connection. The next call would open it again."""
        with self._lock:
            self._drop(LinkState.CLOSED, "closed by its owner")

    def request(self, request: Request[R], *, unit: int | None = None, timeout: float | None = None) -> R:
        """Send any request and return its response; the calls above all end here."""
        now = time.monotonic()
        transaction = Transaction(
            self._unit if unit is None else check_unit(unit),
            request,
            _nobody,
            self._timeout,
            now + (self._longest if timeout is None else timeout),
            self._retries,
        )
        with self._lock:
            self._ask_one(transaction, now)
        if transaction.error is not None:
            raise transaction.error
        return transaction.response  # type: ignore[return-value]

    def read_many(
        self, requests: Sequence[Request[R]], *, unit: int | None = None, timeout: float | None = None
    ) -> list[R | DeviceError]:
        """Send many requests through the window and return their responses in the same order.

        An exception reply takes its response's place; any other error ends the call.
        """
        unit = self._unit if unit is None else check_unit(unit)
        deadline = time.monotonic() + (self._longest if timeout is None else timeout)
        answers: list[R | DeviceError] = []
        with self._lock:
            while len(answers) < len(requests):
                answers += self._ask_many(unit, requests[len(answers) :], deadline)
        return answers

    # The exchange

    def _ask_one(self, transaction: AnyTransaction, now: float) -> None:
        """The usual case without detours: connected, quiet, and one reply that comes in one piece."""
        stream, connection = self._stream, self._connection
        came: bytes | LinkError
        try:
            if (
                stream is None
                or not self._is_plain
                or now - self._last_used > IDLE_CHECK
                or transaction.request.writes
            ):
                self._run([transaction])
                return
            try:
                stream.send(connection.send(transaction, now))
                whole = transaction.expires < transaction.deadline
                came = stream.receive(transaction.timeout if whole else transaction.expires - now, ONE_FRAME)
                if came and connection.receive_only(came, now) is not None:
                    self._last_used = now
                    self._backoff.failures = 0
                    return
            except LinkError as error:
                came = error
            self._run([], came)
        except BaseException:
            # Interrupted: what is in flight may still be answered, and nobody is left to tell it apart.
            self._drop(LinkState.IDLE, "interrupted")
            raise

    def _ask_many(
        self, unit: int, requests: Sequence[Request[R]], deadline: float
    ) -> Sequence[R | DeviceError]:
        """The answers to the first requests, as many as a burst takes; to all of them where that is not possible."""
        now = time.monotonic()
        stream, connection = self._stream, self._connection
        burst: Burst[R] | None = None
        came: bytes | LinkError = b""
        try:
            if (
                stream is not None
                and self._is_plain
                and now < deadline
                and now - self._last_used <= IDLE_CHECK
            ):
                expires = min(now + self._timeout, deadline)
                burst = connection.burst(unit, requests[: connection.window], now, expires)
            if stream is not None and burst is not None:
                try:
                    came = self._shoot(stream, burst)
                    responses = connection.receive_burst(burst, came, now)
                    if responses is not None:
                        self._last_used = now
                        self._backoff.failures = 0
                        return responses
                except LinkError as error:
                    came = error
            timeout, retries = self._timeout, self._retries
            transactions = [
                Transaction(unit, request, _nobody, timeout, deadline, retries) for request in requests
            ]
            sent = 0
            if burst is not None:
                sent = len(burst.requests)
                connection.unfold(burst, transactions[:sent])
            waiting: list[AnyTransaction] = [*transactions[sent:]]
            waiting.reverse()
            self._run(waiting, came)
        except BaseException:
            self._drop(LinkState.IDLE, "interrupted")
            raise
        return [_answer(transaction) for transaction in transactions]

    def _run(self, waiting: list[AnyTransaction], came: bytes | LinkError = b"") -> None:
        """Bring what waits, from its end on, and what is in flight to its outcome, within the window.

        ``came`` is what has arrived already for what is in flight.
        """
        while came or waiting or self._connection.in_flight:
            data, came = came, b""
            try:
                if isinstance(data, LinkError):
                    raise data
                if data:
                    self._take_in(data, waiting)
                else:
                    self._exchange(waiting, time.monotonic())
            except LinkError as error:
                self._recover(waiting, error)

    def _shoot(self, stream: BlockingStream, burst: Burst[Any]) -> bytes:
        """Send a burst, and wait once for what comes back."""
        expires, timeout = burst.expires, self._timeout
        # The usual wait is always the same number, so that the socket's timeout need not be set anew.
        wait = timeout if expires == burst.sent_at + timeout else expires - burst.sent_at
        self._send_frames(stream, burst.frames)
        return stream.receive(wait, min(ONE_FRAME * len(burst.frames), RECEIVE_SIZE))

    def _exchange(self, waiting: list[AnyTransaction], now: float) -> None:
        stream = self._stream
        if waiting and (
            waiting[-1].deadline <= now or (stream is None and now < self._retry_at >= waiting[-1].deadline)
        ):
            self._give_up(waiting.pop(), now)
            return
        if stream is None:
            self._dial(waiting[-1].deadline)
            return  # that took its time: there may be none left for the request
        writes = bool(waiting) and waiting[-1].request.writes
        looks = self._by_order or writes or now - self._last_used > IDLE_CHECK
        if looks and not self._is_still_there(stream):
            return
        connection = self._connection
        if waiting and connection.has_room:
            self._send(stream, connection, waiting)
        if connection.in_flight:
            self._receive(stream, connection, waiting)

    def _send(
        self, stream: BlockingStream, connection: ClientConnection, waiting: list[AnyTransaction]
    ) -> None:
        if self._is_plain and not waiting[-1].request.writes:
            self._send_frames(stream, connection.send_some(waiting, time.monotonic()))
            return
        bundle: list[bytes] = []
        while waiting and connection.has_room:
            now = time.monotonic()
            if now < self._not_before:
                time.sleep(self._not_before - now)
                now = time.monotonic()
            transaction = waiting.pop()
            if transaction.deadline <= now:
                self._give_up(transaction, now)
                continue
            if transaction.unit == 0 and self._by_order:
                self._broadcast(stream, transaction)
                continue
            data = connection.send(transaction, now)
            if self._on_traffic is not None:
                self._on_traffic("sent", data)
            if self._coalesce:
                bundle.append(data)
            else:
                stream.send(data)
        if bundle:
            stream.send(b"".join(bundle))

    def _send_frames(self, stream: BlockingStream, frames: list[bytes]) -> None:
        if self._coalesce:
            stream.send(b"".join(frames))
        else:
            for frame in frames:
                stream.send(frame)

    def _broadcast(self, stream: BlockingStream, transaction: AnyTransaction) -> None:
        """Unit 0 of a serial line: every device listens, none answers (Serial Line V1.02, clause 2.1)."""
        if not transaction.request.writes:
            transaction.error = UsageError(
                "unit 0 is a broadcast on a serial line: nothing can be read from it"
            )
            return
        data = self._connection.framing.encode(0, 0, transaction.request.encode())
        if self._on_traffic is not None:
            self._on_traffic("sent", data)
        stream.send(data)
        self._not_before = time.monotonic() + TURNAROUND

    def _receive(
        self, stream: BlockingStream, connection: ClientConnection, waiting: list[AnyTransaction]
    ) -> None:
        oldest = next(connection.waiting())
        expiry = oldest.expires  # of all in flight: they share one timeout and one deadline
        now = time.monotonic()
        # The first wait is the usual one, so that the socket's timeout need not be set anew for each request.
        left = (
            oldest.timeout
            if now - oldest.sent_at < 0.001 and expiry == oldest.sent_at + oldest.timeout
            else expiry - now
        )
        data = stream.receive(left) if left > 0 else b""
        if data:
            self._take_in(data, waiting)
            return
        now = time.monotonic()
        finished = connection.silence(now) if self._by_order else []
        if now < expiry:
            self._finish(finished, waiting, now)
            return
        finished += connection.expire(now)
        self._window = connection.window
        self._finish(finished, waiting, now)
        self._look_at_silence(connection)

    def _take_in(self, data: bytes, waiting: list[AnyTransaction]) -> None:
        connection = self._connection
        now = time.monotonic()
        if self._on_traffic is not None:
            self._on_traffic("received", data)
        self._finish(connection.receive(data, now), waiting, now)
        if connection.failure is not None:
            raise connection.failure

    def _look_at_silence(self, connection: ClientConnection) -> None:
        """A black hole looks like a slow peer: after some silence a new connection is tried."""
        if connection.failure is not None:
            raise connection.failure
        if connection.is_mute and not self.settings.target.is_serial:
            raise LinkClosedError(f"{self.settings.target} did not answer any of the last requests")

    def _finish(self, finished: list[AnyTransaction], waiting: list[AnyTransaction], now: float) -> None:
        self._last_used = now
        if self._gap:
            self._not_before = now + self._gap
        for transaction in finished:
            error = transaction.error
            if error is None:
                continue
            if transaction.may_repeat(error) and transaction.deadline > now:
                transaction.error = None
                if isinstance(error, (AcknowledgeError, ServerDeviceBusyError)):
                    time.sleep(min(BUSY_WAIT * transaction.attempts, max(transaction.deadline - now, 0.0)))
                waiting.append(transaction)
        if finished and finished[-1].error is None:
            self._backoff.failures = 0

    def _give_up(self, transaction: AnyTransaction, now: float) -> None:
        if self._stream is not None:
            transaction.error = NoReplyError(
                f"the deadline passed before unit {transaction.unit} was asked"
                if not transaction.attempts
                else f"unit {transaction.unit} did not answer in {transaction.attempts} attempts"
            )
        elif now < self._retry_at:
            transaction.error = ConnectError(
                f"{self._last_error}; next attempt in {self._retry_at - now:.1f} s"
            )
        else:
            transaction.error = ConnectError(
                self._last_error or f"no connection to {self.settings.target} in time"
            )

    # The connection

    def _fresh_connection(self) -> ClientConnection:
        return ClientConnection(
            framing_for(self.settings.target.scheme, "client"),
            window=self._window,
            tolerate=self.settings.tolerate,
            by_order=self._by_order,
        )

    def _dial(self, deadline: float) -> BlockingStream:
        """Connect, not before the last failure's delay is over; raises ConnectError."""
        settings = self.settings
        now = time.monotonic()
        if self._retry_at > now:
            time.sleep(self._retry_at - now)
            now = time.monotonic()
        self._become(LinkState.CONNECTING, f"connecting to {settings.target}")
        self._stream = dial_blocking(
            settings.target,
            timeout=max(min(settings.connect_timeout, deadline - now), 0.01),
            keepalive=settings.keepalive,
            source=settings.source,
            tls=settings.tls,
        )
        self._connection = self._fresh_connection()
        self._last_used = time.monotonic()
        if settings.settle:
            self._become(LinkState.SETTLING, f"connected; quiet for {settings.settle:g} s")
            time.sleep(settings.settle)
        self._become(LinkState.READY, "connected")
        return self._stream

    def _is_still_there(self, stream: BlockingStream) -> bool:
        """A peer that closed meanwhile is no failure of the request to come: connect anew before sending it."""
        if self._connection.in_flight:
            return True
        try:
            self._connection.receive(stream.unread(), time.monotonic())
            if self._connection.failure is not None:
                raise self._connection.failure
        except LinkError as error:
            self._drop(LinkState.IDLE, str(error))
            return False
        return True

    def _recover(self, waiting: list[AnyTransaction], error: LinkError) -> None:
        """The connection failed: decide for each transaction whether it is worth another attempt."""
        now = time.monotonic()
        connected = not isinstance(error, ConnectError)
        if connected and not self._connection.answered:
            error = type(error)(f"{error} before it answered anything (is its connection limit reached?)")
        lost = self._connection.fail(error) if connected else []
        self._last_error = str(error)
        if connected and self._connection.answered and isinstance(error, LinkClosedError):
            # It worked until now, so the peer may have closed it in peace before this request reached it.
            self._retry_at = now
            self._drop(LinkState.IDLE, str(error))
        else:
            self._retry_at = now + self._backoff.failed()
            self._drop(LinkState.BACKING_OFF, str(error))
        if not connected:
            lost = [*waiting]
            waiting.clear()
            for transaction in lost:
                transaction.attempts += 1
                transaction.error = error
        for transaction in reversed(lost):
            assert transaction.error is not None
            if transaction.may_repeat(transaction.error) and transaction.deadline > self._retry_at:
                transaction.error = None
                waiting.append(transaction)

    def _drop(self, state: LinkState, why: str) -> None:
        stream, self._stream = self._stream, None
        self._connection = self._fresh_connection()
        if stream is not None:
            stream.close()
        self._become(state, why)

    def _become(self, state: LinkState, why: str) -> None:
        self.state = state
        if self._on_state is not None:
            self._on_state(state, why)


def _nobody(transaction: AnyTransaction) -> None:
    """Outcomes are looked at where the exchange is run."""


def _answer(transaction: Transaction[R]) -> R | DeviceError:
    error = transaction.error
    if error is None:
        assert transaction.response is not None
        return transaction.response
    if isinstance(error, DeviceError):
        return error
    raise error
