"""A TCP device as a bus: what a serial master, or anybody else, asks of it, answered in time in any case."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from port502.errors import DeviceError, ProtocolError, UsageError
from port502.gateway.aging import Aging
from port502.gateway.bus import NO_WISH, Wish
from port502.gateway.queue import FairQueue, QueueLimits
from port502.protocol.codes import GATEWAY_TARGET_FAILED, SERVER_DEVICE_BUSY
from port502.protocol.message import ExceptionResponse
from port502.protocol.transaction import Transaction
from port502.service.call import Call, Reply
from port502.service.maybe import Later
from port502.transport.clock import clock_of
from port502.transport.link import Link
from port502.transport.states import LinkState
from port502.transport.upstream import Asking

log = logging.getLogger("port502.gateway")

WITHIN = 0.8
"""Serial masters usually wait for a second."""

_GONE = frozenset({LinkState.BACKING_OFF, LinkState.CLOSED})
MOST_PENDING = 64
AFTER_POLLS = 4
"""The priority at a connection that is polled too: polling asks no more than its schedule, clients may never stop."""

LIMITS = QueueLimits(total=MOST_PENDING, per_client=MOST_PENDING, age=60.0)


class Peer(Asking, Protocol):
    """What takes requests to a device, and tells how that fares: a ``Link``, or a connection of the collector."""

    @property
    def state(self) -> LinkState:
        """Where the connection stands."""


@dataclass(slots=True)
class RemoteCounters:
    """What became of the requests; ``wrong`` replies did not fit, ``busy`` requests found too many others waiting."""

    requests: int = 0
    replies: int = 0
    no_answer: int = 0
    wrong: int = 0
    busy: int = 0
    abandoned: int = 0
    last_error: str = ""


class Remote:
    """A service that asks a device over TCP, and answers with 0B where no good reply came ``within`` so many seconds.

    That is 0B too, at once, while the device cannot be connected: a serial master needs an answer, whatever the
    reason. Clients take turns as on a serial bus; ``window`` requests are with the device at one time, and each is
    waited for ``timeout`` seconds (None: as long as there is time). ``find`` gives the connection as it is now, and
    raises UsageError where there is none. It is made where an event loop runs.
    """

    def __init__(
        self,
        name: str,
        find: Callable[[], Peer],
        *,
        within: float = WITHIN,
        timeout: float | None = None,
        window: int = 1,
        url: str = "",
        link: Link | None = None,
    ) -> None:
        self.name = name
        self.url = url
        self.within = within
        self.timeout = timeout
        self.window = window
        self.counters = RemoteCounters()
        self.queue: FairQueue[Waiting] = FairQueue(LIMITS, wanted=_is_wanted)
        self.on_wire = 0
        self._find = find
        self._link = link
        loop = asyncio.get_running_loop()
        self.time = clock_of(loop)
        self._aging = Aging(self.queue, loop, self.time, self._too_late)

    @classmethod
    def over(cls, name: str, link: Link, *, within: float = WITHIN) -> Remote:
        """One with a connection of its own, which ``start`` and ``stop`` make and end."""
        url = str(link.target)
        return cls(name, lambda: link, within=within, window=link.settings.window, url=url, link=link)

    async def start(self) -> None:
        """Connect in the background, so that the first request finds a connection."""
        if self._link is not None:
            self._link.keep()

    async def stop(self) -> None:
        """Close the connection that is our own; who waits gets 0B."""
        self._aging.stop()
        self.lost()
        if self._link is not None:
            await self._link.close()

    @property
    def state(self) -> LinkState:
        """How the connection fares."""
        peer = self._peer()
        return LinkState.CLOSED if peer is None else peer.state

    def _peer(self) -> Peer | None:
        try:
            return self._find()
        except UsageError as error:
            self.counters.last_error = str(error)
            return None

    @property
    def pending(self) -> int:
        """Requests that wait, here or at the device."""
        return self.on_wire + sum(_is_wanted(waiting.item) for waiting in self.queue)

    def __call__(self, call: Call) -> Reply | Later[Reply]:
        """Ask; the reply comes in time, a broadcast's is not awaited."""
        return self.take(call)

    def take(self, call: Call, wish: Wish = NO_WISH) -> Reply | Later[Reply]:
        """The same for a request that wishes something for itself."""
        counters = self.counters
        now = self.time()
        peer = self._peer()
        if peer is None or peer.state in _GONE:
            counters.requests += 1
            counters.no_answer += 1
            return ExceptionResponse(call.request.function, GATEWAY_TARGET_FAILED)
        within = self.within if wish.within is None else wish.within
        waiting = Waiting(self, call, now + within)
        if not len(self.queue) and self.on_wire < self.window:
            self._submit(waiting, peer, now)  # nobody else waits
        else:
            urgent = wish.urgent or call.request.writes
            if self.pending >= MOST_PENDING or not self.queue.put(
                call.session, waiting, now, urgent=urgent, age=within
            ):
                counters.busy += 1
                return ExceptionResponse(call.request.function, SERVER_DEVICE_BUSY)
            self._pump()
            self._aging.watch(waiting.deadline)
        counters.requests += 1
        return None if call.broadcast else waiting

    def lost(self) -> None:
        """The connection is gone: nobody waits for it to come back."""
        for waiting in self.queue.clear():
            self._fail(waiting)

    def _pump(self) -> None:
        while self.on_wire < self.window and len(self.queue):
            now = self.time()
            self._aging.drop_late(now)
            waiting = self.queue.take()
            if waiting is None:
                return
            peer = self._peer()
            if peer is None:
                self._fail(waiting)
            else:
                self._submit(waiting, peer, now)

    def _submit(self, waiting: Waiting, peer: Peer, now: float) -> None:
        self.on_wire += 1
        left = waiting.deadline - now
        waiting.peer = peer
        waiting.transaction = peer.submit(
            waiting.call.unit,
            waiting.call.request,
            self._done,
            timeout=left if self.timeout is None else min(left, self.timeout),
            deadline=waiting.deadline,
            priority=AFTER_POLLS,
            context=waiting,
        )

    def _done(self, transaction: Transaction[Any]) -> None:
        waiting: Waiting = transaction.context
        waiting.ended = True
        self.on_wire -= 1
        error = transaction.error
        if error is None:
            self.counters.replies += 1
            waiting.give(transaction.response)
        elif isinstance(error, DeviceError):
            self.counters.replies += 1
            waiting.give(ExceptionResponse(waiting.call.request.function, error.code))
        else:
            self.counters.last_error = str(error)
            log.debug("%s: %s", self.name, error)
            if isinstance(error, ProtocolError):
                self.counters.wrong += 1
                waiting.give(ExceptionResponse(waiting.call.request.function, GATEWAY_TARGET_FAILED))
            else:
                self._fail(waiting)
        self._pump()

    def _too_late(self, waiting: Waiting) -> None:
        self.counters.last_error = f"{self.name}: its turn did not come in time"
        self._fail(waiting)

    def _fail(self, waiting: Waiting) -> None:
        self.counters.no_answer += 1
        waiting.give(ExceptionResponse(waiting.call.request.function, GATEWAY_TARGET_FAILED))

    def given_up(self, waiting: Waiting) -> None:
        """Nobody waits for this one any more: it is not sent, if it was not sent yet."""
        self.counters.abandoned += 1
        if waiting.transaction is not None and waiting.peer is not None and not waiting.ended:
            waiting.peer.cancel(waiting.transaction)
            waiting.ended = True
            self.on_wire -= 1
            self._pump()


class Waiting(Later[Reply]):
    """A reply under way."""

    __slots__ = ("_remote", "call", "deadline", "ended", "peer", "transaction")

    def __init__(self, remote: Remote, call: Call, deadline: float) -> None:
        super().__init__()
        self._remote = remote
        self.call = call
        self.deadline = deadline
        self.ended = False
        self.peer: Peer | None = None
        self.transaction: Transaction[Any] | None = None

    def cancel(self) -> None:
        """Give up the reply and its place."""
        if self.given or self.cancelled:
            return
        super().cancel()
        self._remote.given_up(self)


def _is_wanted(waiting: Waiting) -> bool:
    return not waiting.given and not waiting.cancelled
