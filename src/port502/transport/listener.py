"""Listening for clients on TCP, TLS or RTU over TCP, and putting their requests before a service."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from port502.errors import DeviceError
from port502.protocol.server import Quick
from port502.service.access import Networks
from port502.service.admission import Admission, Decision, Limits
from port502.service.call import Reply, Service, Session
from port502.service.long_frames import LongFrames
from port502.transport.accepting import Acceptor
from port502.transport.binding import bind_error
from port502.transport.clock import clock_of
from port502.transport.complaints import Complaints
from port502.transport.secure import SecureStream
from port502.transport.served import ServedStream
from port502.transport.sockets import Keepalive
from port502.transport.tls import Tls
from port502.transport.url import Target
from port502.transport.wire import Wire

log = logging.getLogger("port502.listener")

BACKLOG = 1024

Watch: TypeAlias = Callable[[str, Session, str], None]
"""Told of each connection that was refused or closed by us, or whose role does not count: cause, who, and why."""


@dataclass(slots=True)
class ListenerCounters:
    """What happened at a listener since it started; ``causes`` counts the connections it closed, by reason.

    The reasons are ``frame`` (no Modbus), ``half a frame``, ``idle``, ``unread replies``, ``made room`` and
    ``stopped``; on TLS also ``no certificate``, ``bad certificate``, ``no tls``, ``slow handshake`` and ``broken
    handshake``. ``bad_roles`` counts sessions whose certificate has a role that does not count.
    """

    accepted: int = 0
    refused: int = 0
    closed: int = 0
    requests: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    bad_roles: int = 0


_PLAIN = frozenset(("tcp", "tls"))


class Listener:
    """A listening socket in front of a service.

    ``answer_within`` seconds bound a service that has to wait; after it the client gets exception 04. ``stall``
    seconds bound a client that does not read its replies. ``wire`` decides what really becomes of each reply,
    ``watch`` hears of refused and closed connections. ``long_frames`` are exceptions from the longest frame.
    """

    def __init__(
        self,
        service: Service,
        target: Target,
        *,
        limits: Limits | None = None,
        allow: Networks | None = None,
        keepalive: Keepalive | None = Keepalive(),  # noqa: B008 (frozen)
        tls: Tls | None = None,
        answer_within: float = 10.0,
        stall: float = 10.0,
        name: str = "",
        wire: Wire | None = None,
        watch: Watch | None = None,
        long_frames: Iterable[LongFrames] = (),
    ) -> None:
        self.service = service
        self.target = target
        self.port = target.port
        """The port that is listened on, which the system chose if the url said 0."""
        self.limits = limits or Limits()
        self.admission: Admission[ServedStream] = Admission(
            self.limits, allow, used_at=lambda stream: stream.last_used
        )
        self.keepalive = keepalive
        self.answer_within = answer_within
        self.stall = stall
        self.name = name or str(target)
        self.wire = wire
        self.watch = watch
        self.long_frames = tuple(long_frames)
        self.counters = ListenerCounters()
        self.complaints = Complaints(log)
        self.streams: set[ServedStream] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.quick: Callable[[int], Quick | None] | None = None
        if (
            target.scheme in _PLAIN
        ):  # the quick way reads MBAP headers; serial frames are taken by their checksum only
            self.quick = getattr(service, "quick", None)
        self.malformed: Callable[[int, DeviceError, str], Reply] | None = getattr(service, "malformed", None)
        self.refuse_malformed: Callable[[Session, int, DeviceError], Reply] | None = getattr(
            service, "refuse_malformed", None
        )
        self.stopping = False
        self._tls = tls if target.scheme == "tls" else None
        self._acceptor: Acceptor | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._emptied = asyncio.Event()

    async def start(self) -> None:
        """Listen; raises ConnectError that names who holds the port or which right is missing."""
        self.loop = asyncio.get_running_loop()
        self.time = clock_of(self.loop)
        acceptor = Acceptor(
            self._stream,
            exhausted=lambda why: self.complain("exhausted", why),
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

    def tell(self, cause: str, session: Session, text: str) -> None:
        """Log what happened to a connection, and tell whoever watches."""
        self.complain(f"{cause} {session.host}", f"{session} {text}")
        if self.watch is not None:
            try:
                self.watch(cause, session, text)
            except Exception:
                log.exception("%s: whoever watches the connections failed", self.name)

    @property
    def sessions(self) -> list[Session]:
        """Who is connected now, each with the number of its requests so far."""
        return [stream.counted() for stream in self.streams]

    def admit(self, stream: ServedStream, now: float) -> Decision[ServedStream]:
        """Decide on a new connection."""
        return self.admission.arrive(stream, stream.session.host, now)

    def left(self, stream: ServedStream) -> None:
        """A connection has ended."""
        self.streams.discard(stream)
        self.admission.left(stream)
        if not self.streams:
            self._emptied.set()

    def _stream(self) -> ServedStream | SecureStream:
        stream = ServedStream(self)
        return stream if self._tls is None else SecureStream(stream, self._tls)

    def _sweep(self) -> None:
        """Look for connections whose time is up: one timer for all of them."""
        now = self.time()
        for stream in list(self.streams):
            stream.check(now)
        self.complaints.forget(now)
        times = [self.limits.idle, self.limits.frame, self.stall]
        if self._tls is not None:
            times.append(self.limits.handshake)
        bounds = [bound for bound in times if bound]
        self._sweeper = self.loop.call_later(min(1.0, min(bounds, default=1.0) / 4), self._sweep)
