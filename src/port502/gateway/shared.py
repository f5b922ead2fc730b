"""The one connection that all clients share, and what they are told while it is not there."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from port502.errors import LinkError
from port502.gateway.prompt import Passing
from port502.protocol.codes import GATEWAY_TARGET_FAILED
from port502.protocol.message import ExceptionResponse
from port502.service.call import Call, Reply
from port502.service.maybe import Later
from port502.transport.clock import clock_of
from port502.transport.link import Link
from port502.transport.link_settings import LinkSettings
from port502.transport.states import LinkState, Traffic
from port502.transport.upstream import Asked, Asking, Upstream
from port502.transport.url import Target

REMEMBERED = 1000
"""So many response times are what percentiles are made of."""


@dataclass(slots=True)
class SharedCounters:
    """What the connection was asked for; ``gone`` requests were refused at once because the device is not there.

    ``late`` ones were too old before their turn came.
    """

    requests: int = 0
    gone: int = 0
    late: int = 0


class Shared:
    """The innermost service: one request after the other goes to the device, whoever asks.

    While the device is gone every request gets exception 0B at once, also those that wait. ``link`` finds what takes
    requests to it as it is now, ``state`` how that fares, where it can be known. A reply is awaited ``timeout``
    seconds; a request that is older than ``age`` seconds when its turn comes is not sent; ``pending`` may wait, with
    this ``priority`` among others who use the link. It is made where an event loop runs.
    """

    def __init__(
        self,
        link: Callable[[], Asking],
        *,
        state: Callable[[], LinkState] | None = None,
        timeout: float = 1.0,
        age: float = 10.0,
        pending: int = 256,
        priority: int = 0,
    ) -> None:
        self._state = state
        self._time = clock_of(asyncio.get_running_loop())
        self.upstream = Upstream(link, timeout=timeout, age=age, pending=pending, priority=priority)
        self.counters = SharedCounters()
        self._open: set[Carried] = set()
        self._failed = False
        self._times: deque[float] = deque(maxlen=REMEMBERED)
        self.used = -math.inf

    def __call__(self, call: Call) -> Reply | Later[Reply]:
        """Ask the device, unless it is gone."""
        now = self.used = self._time()
        state = self._state() if self._state is not None else LinkState.READY
        if state is LinkState.BACKING_OFF or (self._failed and state is LinkState.CONNECTING):
            self.counters.gone += 1
            return _gone(call)
        if call.received and now - call.received >= self.upstream.age:
            self.counters.late += 1
            return _gone(call)
        asked = self.upstream(call)
        if not isinstance(asked, Asked):
            return asked
        self.counters.requests += 1
        carried = Carried(self, asked)
        self._open.add(carried)
        asked.then(self._came, carried)
        return carried

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self.upstream.pending

    @property
    def waiting(self) -> int:
        """Requests on their way or in the queue."""
        return self.upstream.pending

    def heard(self, state: LinkState, why: str) -> None:
        """How the connection fares; when it is lost, nobody waits for it to come back."""
        if state is LinkState.BACKING_OFF:
            self._failed = True
            waiting, self._open = self._open, set()
            for carried in waiting:
                carried.source.cancel()
                self.counters.gone += 1
                carried.give(_gone(carried.asked.call))
        elif state in (LinkState.READY, LinkState.SETTLING):
            self._failed = False

    def response_time(self, share: float) -> float | None:
        """The response time in seconds that ``share`` (0-1) of the last replies did not exceed."""
        if not self._times:
            return None
        return sorted(self._times)[min(len(self._times) - 1, int(share * len(self._times)))]

    def _came(self, carried: Carried, reply: Reply) -> None:
        self._open.discard(carried)
        transaction = carried.asked.transaction
        assert transaction is not None
        now = self.used = self._time()
        carried.since = getattr(transaction, "sent_at", 0.0)
        if isinstance(transaction.error, LinkError):
            reply = _gone(carried.asked.call)  # no missing path, as it would be on a serial line
        elif transaction.error is None and carried.since:  # a broadcast has no answer to be timed
            self._times.append(now - carried.since)
        carried.give(reply)

    def given_up(self, carried: Carried) -> None:
        """Nobody waits for this one any more."""
        self._open.discard(carried)


class Carried(Passing):
    """A reply that is to come over the shared connection."""

    __slots__ = ("_shared", "asked")

    def __init__(self, shared: Shared, asked: Asked) -> None:
        super().__init__(asked)
        self._shared = shared
        self.asked = asked

    def cancel(self) -> None:
        """Give up the reply; what is not sent yet will not be."""
        self._shared.given_up(self)
        super().cancel()


def _gone(call: Call) -> ExceptionResponse:
    return ExceptionResponse(call.request.function, GATEWAY_TARGET_FAILED)


class Connection:
    """A connection that is made when it is needed, lost and found again, and let go when nobody asks.

    ``idle`` seconds without a request end it, so that the maker's own program can get in; None keeps it, unless the
    settings close it after each answer anyway. ``on_state`` hears how it fares.
    """

    def __init__(
        self,
        target: Target,
        settings: LinkSettings | None = None,
        *,
        idle: float | None = None,
        on_state: Callable[[LinkState, str], None] | None = None,
        on_traffic: Traffic | None = None,
    ) -> None:
        self.target = target
        self.settings = settings or LinkSettings()
        self.idle = idle
        self.connects = 0
        self.last_error = ""
        self._on_state = on_state
        self._on_traffic = on_traffic
        self._link: Link | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def link(self) -> Link:
        """The connection as it is now, or a new one that is made with the first request."""
        if self._link is None:
            self._link = Link(
                self.target, self.settings, on_state=self._on_state, on_traffic=self._on_traffic
            )
        return self._link

    @property
    def is_kept(self) -> bool:
        """Whether it is there even when nobody asks."""
        return self.idle is None and self.settings.keep_open

    @property
    def state(self) -> LinkState:
        """Where it stands."""
        return LinkState.IDLE if self._link is None else self._link.state

    def rest(self) -> None:
        """Close it until somebody asks again."""
        link, self._link = self._link, None
        if link is None:
            return
        self._remember(link)
        task = link.loop.create_task(link.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close it for good."""
        self.rest()
        await asyncio.gather(*self._closing)

    def _remember(self, link: Link) -> None:
        self.connects += link.counters.connects
        self.last_error = link.counters.last_error or self.last_error

    @property
    def made(self) -> int:
        """How many times it was made since the start."""
        return self.connects + (self._link.counters.connects if self._link is not None else 0)

    @property
    def fault(self) -> str:
        """What went wrong last."""
        return (self._link.counters.last_error if self._link is not None else "") or self.last_error
