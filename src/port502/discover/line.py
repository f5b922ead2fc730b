"""One connection to one address, for questions: no queue, no repetition, no coming back by itself."""

from __future__ import annotations

import asyncio
from typing import Any, Self, TypeVar

from port502.discover.pace import Pace
from port502.errors import LinkClosedError, Port502Error, UsageError
from port502.protocol.client import ClientConnection, ReplyCounters
from port502.protocol.lookalike import looks_like
from port502.protocol.message import Request, Response
from port502.protocol.transaction import Transaction
from port502.transport.clock import clock_of
from port502.transport.dial import dial
from port502.transport.framings import framing_for
from port502.transport.stream import Stream
from port502.transport.tls import Tls
from port502.transport.url import Target

R = TypeVar("R", bound=Response)

MOST_IN_FLIGHT = 64
EARLY = 0.002
"""Seconds by which an event loop may wake before its time, as it counts in whole milliseconds."""

KEPT_BYTES = 64


class Line:
    """Questions and answers over one connection.

    ``pause`` (s) lies between an answer and the next question; a ``pace`` is shared with others.
    """

    def __init__(
        self,
        target: Target,
        *,
        pause: float = 0.0,
        pace: Pace | None = None,
        tolerate: frozenset[str] = frozenset(),
    ) -> None:
        self.target = target
        self.requests = 0
        self.connect_time = 0.0
        self.first_bytes = b""
        self.error: Port502Error | None = None
        self._pause = pause
        self._pace = pace
        self._not_before = 0.0
        self.tolerate = tolerate
        self._connection = ClientConnection(
            framing_for(target.scheme, "client"), window=MOST_IN_FLIGHT, tolerate=tolerate
        )
        self._stream: Stream | None = None
        self._loop = asyncio.get_running_loop()
        self.time = clock_of(self._loop)

    async def open(self, *, timeout: float, source: str | None = None, tls: Tls | None = None) -> Self:
        """Connect; raises ConnectError with the reason (its ``__cause__`` is what the system said)."""
        began = self.time()
        self._stream = await dial(self.target, self, timeout=timeout, source=source, tls=tls)
        self.connect_time = self.time() - began
        return self

    @property
    def is_open(self) -> bool:
        """Whether questions can be asked."""
        return self._stream is not None

    @property
    def counters(self) -> ReplyCounters:
        """Replies that came too late, or that nobody asked for."""
        return self._connection.counters

    @property
    def says(self) -> str:
        """What the first bytes of the other side look like, where they are no Modbus: HTTP, TLS, SSH; else empty."""
        return looks_like(self.first_bytes) or ""

    async def ask(self, unit: int, request: Request[R], timeout: float, *, rested: bool = False) -> R:
        """The response to a request that only reads, within ``timeout`` seconds.

        Raises UsageError for one that writes, DeviceError, NoReplyError, ReplyError, FrameError, or LinkClosedError
        when the connection is gone. ``rested`` says that the pause before it was kept already.
        """
        if request.writes:
            raise UsageError(f"function {request.function} writes, and whoever looks around never does")
        if not rested:
            await self.rest()
        stream = self._stream
        if stream is None:
            raise self.error or LinkClosedError(f"the connection to {self.target} is closed")
        future: asyncio.Future[Transaction[R]] = self._loop.create_future()
        now = self.time()
        transaction = Transaction(unit, request, _resolve, timeout, now + timeout, 0, 0, future)
        stream.write(self._connection.send(transaction, now))
        self.requests += 1
        if self._pause:
            self._not_before = now + self._pause
        alarm = self._loop.call_later(timeout, self._expire)
        try:
            done = await future
        finally:
            transaction.abandoned = not future.done() or future.cancelled()
            alarm.cancel()
        heard = self.time()
        if self._pause:
            self._not_before = heard + self._pause
        if done.error is not None:
            raise done.error
        assert done.response is not None
        response: R = done.response
        return response

    async def rest(self) -> None:
        """Wait until the pause behind the last question is over, and for a turn of the common pace."""
        now = self.time()
        wait = max(0.0, self._not_before - now)
        if self._pace is not None:
            wait += self._pace.turn(now + wait)
        if wait > 0:
            await asyncio.sleep(wait)

    def close(self) -> None:
        """End the connection; questions that wait fail with LinkClosedError."""
        self._lose(LinkClosedError(f"the connection to {self.target} was closed by its owner"))

    # What the stream reports

    def stream_received(self, stream: Stream, data: bytes) -> None:
        """Bytes arrived."""
        if len(self.first_bytes) < KEPT_BYTES:
            self.first_bytes = (self.first_bytes + data)[:KEPT_BYTES]
        now = self.time()
        for transaction in self._connection.receive(data, now):
            transaction.done(transaction)
        if (failure := self._connection.failure) is not None:
            self._lose(failure)

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        """The other side ended the connection."""
        why = "was reset" if error is not None else "was closed by the device"
        self._lose(LinkClosedError(f"the connection to {self.target} {why}"))

    def _expire(self) -> None:
        for transaction in self._connection.expire(self.time() + EARLY):
            transaction.done(transaction)

    def _lose(self, error: Port502Error) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        self.error = error
        stream.detach()
        for transaction in self._connection.fail(error):
            transaction.done(transaction)


def _resolve(transaction: Transaction[Any]) -> None:
    future = transaction.context
    if not future.done():
        future.set_result(transaction)
