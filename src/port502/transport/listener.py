"""Listening for clients on TCP, TLS or RTU over TCP, and putting their requests before a service."""

from __future__ import annotations

import asyncio
import logging
import ssl
import sys
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import cast

from port502.errors import DeviceError, FrameError
from port502.protocol.codes import SERVER_DEVICE_FAILURE
from port502.protocol.message import ExceptionResponse
from port502.protocol.server import PendingReply, Quick, ServerConnection
from port502.service.access import Networks
from port502.service.admission import Admission, Decision, Limits
from port502.service.call import Call, Reply, Service, Session
from port502.service.maybe import must_wait
from port502.service.rate import TokenBucket
from port502.transport.accepting import Acceptor
from port502.transport.binding import bind_error
from port502.transport.clock import clock_of
from port502.transport.complaints import Complaints
from port502.transport.framings import framing_for
from port502.transport.sockets import Keepalive, tune
from port502.transport.url import Target
from port502.transport.wire import Outlet, Wire

log = logging.getLogger("port502.listener")

READ_SIZE = 16_384
"""One read of all connections together: 1365 plain requests, whose replies are at most 350 KiB."""

WRITE_LIMIT = 256 * 1024
"""Bytes of replies that a client may leave unread before it is not read from any more."""

BACKLOG = 1024

SILENCE = 0.05
"""Seconds without a byte that end a frame of RTU over TCP: segments may lie further apart than characters."""

_SHARED_BUFFER = memoryview(bytearray(READ_SIZE)) if sys.platform != "win32" else None


@dataclass(slots=True)
class ListenerCounters:
    """What happened at a listener since it started; ``causes`` counts the connections it closed, by reason.

    The reasons are ``frame`` (no Modbus), ``half a frame``, ``idle``, ``unread replies``, ``made room`` and
    ``stopped``.
    """

    accepted: int = 0
    refused: int = 0
    closed: int = 0
    requests: int = 0
    causes: Counter[str] = field(default_factory=Counter)


class Listener:
    """A listening socket in front of a service.

    ``answer_within`` seconds bound a service that has to wait; after it the client gets exception 04. ``stall``
    seconds bound a client that does not read its replies. ``wire`` decides what really becomes of each reply.
    """

    def __init__(
        self,
        service: Service,
        target: Target,
        *,
        limits: Limits | None = None,
        allow: Networks | None = None,
        keepalive: Keepalive | None = Keepalive(),  # noqa: B008 (frozen)
        tls: ssl.SSLContext | None = None,
        answer_within: float = 10.0,
        stall: float = 10.0,
        name: str = "",
        wire: Wire | None = None,
    ) -> None:
        self.service = service
        self.target = target
        self.port = target.port
        """The port that is listened on, which the system chose if the url said 0."""
        self.limits = limits or Limits()
        self.admission: Admission[ServedStream] = Admission(self.limits, allow)
        self.keepalive = keepalive
        self.answer_within = answer_within
        self.stall = stall
        self.name = name or str(target)
        self.wire = wire
        self.counters = ListenerCounters()
        self.complaints = Complaints(log)
        self.streams: set[ServedStream] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.quick: Callable[[int], Quick | None] | None = getattr(service, "quick", None)
        self.malformed: Callable[[int, DeviceError, str], Reply] | None = getattr(service, "malformed", None)
        self.stopping = False
        self._tls = tls
        self._acceptor: Acceptor | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._emptied = asyncio.Event()

    async def start(self) -> None:
        """Listen; raises ConnectError that names who holds the port or which right is missing."""
        self.loop = asyncio.get_running_loop()
        self.time = clock_of(self.loop)
        acceptor = Acceptor(
            lambda: ServedStream(self),
            exhausted=lambda why: self.complain("exhausted", why),
            tls=self._tls if self.target.scheme == "tls" else None,
        )
        try:
            self.port = await acceptor.listen(self.target.host, self.target.port, backlog=BACKLOG)
        except OSError as error:
            raise bind_error(self.target.host, self.target.port, error) from error
        self._acceptor = acceptor
        self._sweep()

    async def stop(self, grace: float = 5.0) -> None:
        """Accept nobody any more, answer what is in flight within ``grace`` seconds, then close."""
        acceptor, self._acceptor = self._acceptor, None
        if acceptor is None:
            return
        self.stopping = True
        self._emptied.clear()
        await acceptor.close()
        for stream in list(self.streams):
            stream.finish()
        if self.streams:
            try:
                async with asyncio.timeout(grace):
                    await self._emptied.wait()
            except TimeoutError:
                log.warning("%s: requests were still in flight after %g s of grace", self.name, grace)
        for stream in list(self.streams):
            stream.drop("stopped", "the listener stops")
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self._sweeper is not None:
            self._sweeper.cancel()
        for _ in range(2):
            await asyncio.sleep(0)  # lets the closed transports report their end

    def complain(self, cause: str, text: str, *, trace: bool = False) -> None:
        """Log a refusal or a closed connection: one line, then counted for a minute.

        ``trace`` adds the exception that is being handled.
        """
        self.complaints.say(cause, f"{self.name}: {text}", self.time(), trace=trace)

    def admit(self, stream: ServedStream, now: float) -> Decision[ServedStream]:
        """Decide on a new connection, knowing when each of the others was last used."""
        if len(self.admission) >= min(self.limits.connections, self.limits.per_client):
            for other in self.streams:
                self.admission.used(other, other.last_used)
        return self.admission.arrive(stream, stream.session.host, now)

    def left(self, stream: ServedStream) -> None:
        """A connection has ended."""
        self.streams.discard(stream)
        self.admission.left(stream)
        if not self.streams:
            self._emptied.set()

    def _sweep(self) -> None:
        """Look for connections whose time is up: one timer for all of them."""
        now = self.time()
        for stream in list(self.streams):
            stream.check(now)
        self.complaints.forget(now)
        bounds = [bound for bound in (self.limits.idle, self.limits.frame, self.stall) if bound]
        self._sweeper = self.loop.call_later(min(1.0, min(bounds, default=1.0) / 4), self._sweep)


class ServedStream(asyncio.BufferedProtocol):
    """One client's connection."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.session = Session()
        self._service = listener.service
        self._time = listener.time
        self._buffer = _SHARED_BUFFER or memoryview(bytearray(READ_SIZE))
        self._transport: asyncio.Transport
        self._connection: ServerConnection
        self._bucket: TokenBucket | None = None
        self._due: deque[PendingReply] = deque()
        self._due_timer: asyncio.TimerHandle | None = None
        self._gap = SILENCE if listener.target.scheme == "rtu+tcp" else 0.0
        self._silence: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_eof = False
        self._reading = True
        self._stalled_since: float | None = None
        self._admitted = False
        self._outlet: Outlet | None = None

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        listener = self.listener
        now = self._time()
        peer = transport.get_extra_info("peername")
        if listener.stopping or not peer:  # a client that is gone already has no address any more
            self._transport.abort()
            return
        self.session = Session(str(peer[0]), int(peer[1]), listener.target.scheme, listener.name, opened=now)
        decision = listener.admit(self, now)
        if not decision.accept:
            listener.counters.refused += 1
            listener.complain(f"refused {self.session.host}", f"{self.session} refused: {decision.reason}")
            self._transport.abort()
            return
        self._admitted = True
        listener.counters.accepted += 1
        if decision.evict is not None:
            decision.evict.drop("made room", f"makes room for {self.session}: {decision.reason}")
        listener.streams.add(self)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            tune(sock, listener.keepalive)
        self._transport.set_write_buffer_limits(high=WRITE_LIMIT)
        limits = listener.limits
        if limits.requests_per_second is not None:
            self._bucket = TokenBucket(limits.requests_per_second)
        self._connection = ServerConnection(
            framing_for(listener.target.scheme, "server"),
            window=limits.in_flight,
            frame_timeout=limits.frame,
            idle_timeout=limits.idle,
            quick=listener.quick if self._bucket is None and listener.wire is None else None,
            now=now,
        )
        if listener.wire is not None:
            self._outlet = Outlet(self.session, self._transport, listener.loop)
            listener.wire.opened(self._outlet)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if not self._admitted:
            return
        connection = self._connection
        now = self._time()
        try:
            pending = connection.receive(bytes(self._buffer[:nbytes]), now)
        except FrameError as error:
            self.drop("frame", str(error))
            return
        if pending:
            self._serve(pending, now)
            self._go_on()
            if self._gap:
                self._watch_silence()
            return
        data = connection.data_to_send()
        if data:
            self._transport.write(data)
        if connection.failure is not None:
            self._close_after_writing(str(connection.failure))
        elif self._gap:
            self._watch_silence()

    def eof_received(self) -> bool:
        if not self._admitted:
            return False
        if self._connection.in_flight:
            self._at_eof = True
            return True
        if self._stalled_since is None:
            self._stalled_since = self._time()  # as in ``_close``: the transport now closes by itself
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._admitted:
            return
        self._admitted = False
        for timer in (self._due_timer, self._silence):
            if timer is not None:
                timer.cancel()
        for task in self._tasks:
            task.cancel()  # nobody is left to be answered
        if self._outlet is not None and self.listener.wire is not None:
            self._outlet.drop()
            self.listener.wire.closed(self._outlet)
        self.listener.counters.closed += 1
        self.listener.counters.requests += self._connection.requests
        self.listener.left(self)

    def pause_writing(self) -> None:
        self._stalled_since = self._time()
        self._pause_reading()

    def resume_writing(self) -> None:
        self._stalled_since = self._time() if self._transport.is_closing() else None
        self._go_on()

    # Called by the listener

    @property
    def last_used(self) -> float:
        """When the last request came, in the listener's time."""
        return self._connection.last_used

    def check(self, now: float) -> None:
        """Close if this client's time is up."""
        if self._stalled_since is not None:
            if now - self._stalled_since > self.listener.stall:
                self.drop("unread replies", f"did not read its replies for {self.listener.stall:g} s")
            return
        reason = self._connection.overdue(now)
        if reason is not None and self._reading:
            self.drop("half a frame" if self._connection.is_amid_frame else "idle", reason)

    def finish(self) -> None:
        """Close as soon as what is in flight is answered."""
        self._at_eof = True
        self._pause_reading()
        if not self._connection.in_flight:
            self._close()

    def drop(self, cause: str, reason: str) -> None:
        """Close now and say why: ``cause`` is one of a few, ``reason`` has the details.

        Replies that the client has not taken are given up: one that never reads would stay for ever.
        """
        self._say(cause, reason)
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    def _say(self, cause: str, reason: str) -> None:
        self.listener.counters.causes[cause] += 1
        self.listener.complain(f"closed {self.session.host} {cause}", f"{self.session} closed: {reason}")

    def _close(self) -> None:
        """Close behind the last reply; ``check`` bounds the time that the client has to read it."""
        if self._stalled_since is None:
            self._stalled_since = self._time()
        self._transport.close()

    def _watch_silence(self) -> None:
        """RTU over TCP: what a gap ends is judged when the gap is over."""
        if self._silence is not None:
            self._silence.cancel()
        self._silence = self.listener.loop.call_later(self._gap, self._silent)

    def _silent(self) -> None:
        self._silence = None
        pending = self._connection.silence(self._time())
        if pending:
            self._serve(pending, self._time())
            self._go_on()

    # Serving

    def _serve(self, pending: list[PendingReply], now: float) -> None:
        if self._bucket is None:
            for place in pending:
                self._put_before_service(place, now)
        else:
            self._due.extend(pending)
            self._serve_what_is_due()

    def _serve_what_is_due(self) -> None:
        """A client that asks faster than it may gets its answers as fast as it may."""
        assert self._bucket is not None
        self._due_timer = None
        while self._due:
            now = self._time()
            if not self._bucket.take(now):
                loop = self.listener.loop
                self._due_timer = loop.call_later(self._bucket.wait(now), self._serve_on_time)
                return
            self._put_before_service(self._due.popleft(), now)

    def _serve_on_time(self) -> None:
        self._serve_what_is_due()
        self._go_on()

    def _put_before_service(self, place: PendingReply, now: float) -> None:
        if place.request is None:
            self._connection.answer(place, self._refusal(place))
            return
        call = Call(self.session, place.frame.unit, place.request, now)
        try:
            reply = self._service(call)
        except DeviceError as error:
            reply = ExceptionResponse(place.request.function, error.code)
        except Exception:
            reply = self._failed(place)
        if must_wait(reply):
            self._start(place, reply)
        else:
            self._connection.answer(place, reply)

    def _refusal(self, place: PendingReply) -> Reply:
        error = place.error
        assert error is not None
        if self.listener.malformed is not None:
            return self.listener.malformed(place.frame.unit, error, self.session.transport)
        return ExceptionResponse(error.function, error.code)

    def _failed(self, place: PendingReply) -> ExceptionResponse:
        assert place.request is not None
        function = place.request.function
        self.listener.complain(
            f"failed {function}", f"the service failed on function {function} of {self.session}", trace=True
        )
        return ExceptionResponse(function, SERVER_DEVICE_FAILURE)

    def _start(self, place: PendingReply, waiting: Awaitable[Reply]) -> None:
        task = self.listener.loop.create_task(self._wait_for(place, waiting))
        self._tasks.add(task)
        self.listener.tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self.listener.tasks.discard(task)
            if asyncio.iscoroutine(waiting):
                waiting.close()  # it may have been cancelled before its first step

        task.add_done_callback(ended)

    async def _wait_for(self, place: PendingReply, waiting: Awaitable[Reply]) -> None:
        assert place.request is not None
        reply: Reply
        try:
            async with asyncio.timeout(self.listener.answer_within):
                reply = await waiting
        except DeviceError as error:
            reply = ExceptionResponse(place.request.function, error.code)
        except Exception:
            reply = self._failed(place)
        self._connection.answer(place, reply)
        self._go_on()

    def _go_on(self) -> None:
        """Something became ready: send it, take up what had to wait, and read on if there is room."""
        if not self._admitted or self._transport.is_closing():
            return
        connection = self._connection
        while True:
            if self._outlet is not None:
                self._reply_through(self._outlet)
            elif data := connection.data_to_send():
                self._transport.write(data)
            pending = connection.take_up(self._time())
            if not pending:
                break
            self._serve(pending, self._time())
        if self._at_eof:
            if not connection.in_flight:
                self._close()
        elif connection.failure is not None:
            self._close_after_writing(str(connection.failure))
        elif connection.is_full or self._stalled_since is not None:
            self._pause_reading()
        elif not self._reading:
            self._reading = True
            connection.resume(self._time())
            self._transport.resume_reading()

    def _reply_through(self, outlet: Outlet) -> None:
        """Leave it to the listener's wire what becomes of the replies."""
        wire = self.listener.wire
        assert wire is not None
        for place in self._connection.replies_to_send():
            outlet.do(wire.replied(outlet, place))

    def _pause_reading(self) -> None:
        if self._reading and not self._transport.is_closing():
            self._reading = False
            self._transport.pause_reading()

    def _close_after_writing(self, reason: str) -> None:
        """The stream is of no use any more, but what was asked in good order is still answered."""
        self._say("frame", reason)
        self.finish()
