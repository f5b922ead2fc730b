"""One client's connection to a listener: bytes in, calls before the service, replies out in their order."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, cast

from port502.errors import DeviceError, FrameError
from port502.protocol.codes import SERVER_DEVICE_FAILURE
from port502.protocol.message import ExceptionResponse
from port502.protocol.server import PendingReply, ServerConnection
from port502.service.call import Call, Reply, Session
from port502.service.ending import EndConnection
from port502.service.long_frames import sizes_for
from port502.service.maybe import Later, must_wait
from port502.service.rate import TokenBucket
from port502.transport.framings import framing_for
from port502.transport.handshake import BAD_CERTIFICATE, SLOW, identify
from port502.transport.sockets import tune
from port502.transport.wire import Outlet

if TYPE_CHECKING:
    from port502.transport.listener import Listener

READ_SIZE = 16_384
"""One read of all connections together: 1365 plain requests, whose replies are at most 350 KiB."""

WRITE_LIMIT = 256 * 1024
"""Bytes of replies that a client may leave unread before it is not read from any more."""

SILENCE = 0.05
"""Seconds without a byte that end a frame of RTU over TCP: segments may lie further apart than characters."""

_SHARED_BUFFER = memoryview(bytearray(READ_SIZE)) if sys.platform != "win32" else None


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
        self._later: dict[PendingReply, tuple[Later[Reply], float]] = {}
        self._going = False
        self._at_eof = False
        self._reading = True
        self._stalled_since: float | None = None
        self._admitted = False
        self._opened = False
        self._outlet: Outlet | None = None

    # Called by the event loop

    def arrive(self, transport: asyncio.Transport) -> bool:
        """Ask to be admitted: on TCP when the connection is made, on TLS before the handshake."""
        self._transport = transport
        listener = self.listener
        now = self._time()
        peer = transport.get_extra_info("peername")
        if listener.stopping or not peer:  # a client that is gone already has no address any more
            return False
        self.session = Session(str(peer[0]), int(peer[1]), listener.target.scheme, listener.name, opened=now)
        decision = listener.admit(self, now)
        if not decision.accept:
            listener.counters.refused += 1
            listener.tell("refused", self.session, f"refused: {decision.reason}")
            return False
        self._admitted = True
        listener.counters.accepted += 1
        if decision.evict is not None:
            decision.evict.drop("made room", f"makes room for {self.session}: {decision.reason}")
        listener.streams.add(self)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            tune(sock, listener.keepalive)
        return True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self.arrive(cast(asyncio.Transport, transport)):
            self._transport.abort()
            return
        self.opened()

    def opened(self, secure: Any = None) -> None:
        """Requests may come from now on; ``secure`` is the ``ssl.SSLObject`` they come through."""
        listener, limits = self.listener, self.listener.limits
        self._transport.set_write_buffer_limits(high=WRITE_LIMIT)
        if limits.requests_per_second is not None:
            self._bucket = TokenBucket(limits.requests_per_second)
        self._connection = ServerConnection(
            framing_for(listener.target.scheme, "server", sizes_for(listener.long_frames, self.session.host)),
            window=limits.in_flight,
            frame_timeout=limits.frame,
            idle_timeout=limits.idle,
            quick=listener.quick if self._bucket is None and listener.wire is None else None,
            now=self._time(),
        )
        self._opened = True
        if listener.wire is not None:
            self._outlet = Outlet(self.session, self._transport, listener.loop)
            listener.wire.opened(self._outlet)
        if secure is not None:
            self._look_at(secure)

    def _look_at(self, secure: Any) -> None:
        """Learn from the certificate who this is, and what role it has."""
        objection = identify(self.session, secure)
        if objection:
            self.drop(BAD_CERTIFICATE, objection)
        elif self.session.role_fault:
            self.listener.counters.bad_roles += 1
            text = f"has no role ({self.session.subject!r}): {self.session.role_fault}"
            self.listener.tell("bad role", self.session, text)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        if not self._admitted:
            return
        connection = self._connection
        now = self._time()
        replies, data = connection.serve_plain(self._buffer[:nbytes].tobytes(), now)
        if replies:
            self._transport.write(replies)
            if not data:
                return
        try:
            pending = connection.receive(data, now)
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
        for waiting, _ in self._later.values():
            waiting.cancel()
        self._later.clear()
        if self._outlet is not None and self.listener.wire is not None:
            self._outlet.drop()
            self.listener.wire.closed(self._outlet)
        self.listener.counters.closed += 1
        if self._opened:
            self.listener.counters.requests += self.counted().requests
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
        """When the last request came, in the listener's time; when it arrived, as long as none did."""
        asked = self._opened and self._connection.requests
        return self._connection.last_used if asked else self.session.opened

    def counted(self) -> Session:
        """The session, with the number of its requests so far."""
        if self._opened:
            self.session.requests = self._connection.requests
        return self.session

    def check(self, now: float) -> None:
        """Close if this client's time is up, and give up on replies whose time is."""
        if not self._opened:
            limit = self.listener.limits.handshake
            if now - self.session.opened > limit:
                self.drop(SLOW, f"the TLS handshake took longer than {limit:g} s")
            return
        if self._later:
            self._give_up_late(now)
        if self._stalled_since is not None:
            if now - self._stalled_since > self.listener.stall:
                self.drop("unread replies", f"did not read its replies for {self.listener.stall:g} s")
            return
        reason = self._connection.overdue(now)
        if reason is not None and self._reading:
            self.drop("half a frame" if self._connection.is_amid_frame else "idle", reason)

    def finish(self) -> None:
        """Close as soon as what is in flight is answered."""
        if not self._opened:
            self._transport.abort()
            return
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

    def turn_away(self, cause: str, reason: str) -> None:
        """The handshake failed: close behind its last word."""
        self._say(cause, reason)
        self._transport.close()

    def _say(self, cause: str, reason: str) -> None:
        self.listener.counters.causes[cause] += 1
        self.listener.tell(cause, self.session, f"closed: {reason}")

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
                if self._transport.is_closing():
                    return
        else:
            self._due.extend(pending)
            self._serve_what_is_due()

    def _serve_what_is_due(self) -> None:
        """A client that asks faster than it may gets its answers as fast as it may."""
        assert self._bucket is not None
        self._due_timer = None
        while self._due and not self._transport.is_closing():
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
        try:
            if place.request is None:
                self._connection.answer(place, self._refusal(place))
                return
            reply = self._service(Call(self.session, place.frame.unit, place.request, now))
        except DeviceError as error:
            assert place.request is not None
            reply = ExceptionResponse(place.request.function, error.code)
        except EndConnection as wish:
            self._end(str(wish))
            return
        except Exception:
            reply = self._failed(place)
        if must_wait(reply):
            self._start(place, reply)
        else:
            self._connection.answer(place, reply)

    def _refusal(self, place: PendingReply) -> Reply:
        error = place.error
        assert error is not None
        if self.listener.refuse_malformed is not None:
            return self.listener.refuse_malformed(self.session, place.frame.unit, error)
        if self.listener.malformed is not None:
            return self.listener.malformed(place.frame.unit, error, self.session.transport)
        return ExceptionResponse(error.function, error.code)

    def _end(self, reason: str) -> None:
        """The service wants this client gone: what is ready is sent, what is behind is not served."""
        data = self._connection.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)
        self._due.clear()
        self.drop("policy", reason)

    def _failed(self, place: PendingReply) -> ExceptionResponse:
        function = place.frame.pdu[0]
        self.listener.complain(
            f"failed {function}", f"the service failed on function {function} of {self.session}", trace=True
        )
        return ExceptionResponse(function, SERVER_DEVICE_FAILURE)

    def _start(self, place: PendingReply, waiting: Awaitable[Reply]) -> None:
        if isinstance(waiting, Later):  # nothing has to run for it but whoever gives it
            self._later[place] = (waiting, self._time() + self.listener.answer_within)
            waiting.then(self._came, place)
            return
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
        except EndConnection as wish:
            self._end(str(wish))
            return
        except Exception:
            reply = self._failed(place)
        self._connection.answer(place, reply)
        self._go_on()

    def _came(self, place: PendingReply, reply: Reply) -> None:
        """A reply that needed no task is there."""
        self._later.pop(place, None)
        if not self._admitted or self._transport.is_closing():
            return
        self._connection.answer(place, reply)
        if not self._later:
            self._go_on()
        elif not self._going:  # replies of one moment leave together
            self._going = True
            self.listener.loop.call_soon(self._go)

    def _give_up_late(self, now: float) -> None:
        """Answer in place of those who have let their clients wait for too long."""
        for place, (waiting, deadline) in list(self._later.items()):
            if deadline <= now:
                waiting.cancel()
                self._came(place, ExceptionResponse(place.frame.pdu[0], SERVER_DEVICE_FAILURE))

    def _go(self) -> None:
        self._going = False
        if self._later:
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
