"""The concentrator: one connection to a device that takes few, any number of clients in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from port502.errors import UsageError
from port502.gateway.cache import Ages, Cache, CacheCounters
from port502.gateway.joining import Joining, JoiningCounters
from port502.gateway.shared import Connection, Shared, SharedCounters
from port502.service.call import Call, Layer, Reply, Service, Session
from port502.service.maybe import Maybe
from port502.transport.clock import clock_of
from port502.transport.link_settings import LinkSettings
from port502.transport.states import LinkState, Traffic
from port502.transport.upstream import Asking, UpstreamCounters
from port502.transport.url import Target, parse_url

MOST_CLIENTS = 256
"""So many clients are told apart; the longest unheard of makes room."""

LOOK = 0.25
"""How often, as a share of the idle time, it is looked whether the connection is idle."""


@dataclass(frozen=True, slots=True)
class ShareSettings:
    """How a connection is shared; times in seconds.

    A reply is awaited ``timeout``; a client is assumed to wait ``client_timeout``: what is older is not sent any more.
    ``pending`` requests may wait, on top of that clients get exception 06. ``ages`` says how old values may be.
    ``idle`` without a request closes the connection until the next one; None keeps it.
    """

    timeout: float = 1.0
    client_timeout: float = 5.0
    pending: int = 256
    ages: Ages = field(default_factory=Ages)
    idle: float | None = None

    def __post_init__(self) -> None:
        for name in ("timeout", "client_timeout", "idle"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(f"{name} is above 0, got {value!r}")
        if self.pending < 1:
            raise UsageError(f"at least one request may wait, got {self.pending}")

    @property
    def answer_within(self) -> float:
        """Seconds after which a listener may be sure that no reply comes: a joined read may be asked once more."""
        return 2 * self.client_timeout + self.timeout


@dataclass(slots=True)
class ClientCounters:
    """What one client asked for the long way; ``last`` is when, in seconds of the event loop's clock."""

    requests: int = 0
    writes: int = 0
    last: float = 0.0


class Concentrator:
    """A service that puts the calls of many clients on one link: rights → joined reads → cache → the link.

    ``link`` finds what takes requests to the device, which others may use too, with which ``priority``, and ``state``
    how that fares, where it can be known. ``rights`` is a layer that says who may do what; it stands outside of the
    cache, so that nobody gets a value that was read for somebody else only. It is made where an event loop runs.
    """

    def __init__(
        self,
        link: Callable[[], Asking],
        settings: ShareSettings | None = None,
        *,
        state: Callable[[], LinkState] | None = None,
        rights: Layer | None = None,
        priority: int = 0,
    ) -> None:
        self.settings = settings = settings or ShareSettings()
        self.shared = Shared(
            link,
            state=state,
            timeout=settings.timeout,
            age=settings.client_timeout,
            pending=settings.pending,
            priority=priority,
        )
        self.cache = Cache(self.shared, settings.ages, clock_of(asyncio.get_running_loop()))
        self.joining = Joining(self.cache)
        self._service: Service = self.joining if rights is None else rights(self.joining)
        self.refuse_malformed = getattr(self._service, "refuse_malformed", None)
        """What the rights say to requests that could not be decoded; None where they do not care."""
        self.clients: dict[Session, ClientCounters] = {}
        self.requests = 0
        self.quick: Callable[[int], QuickReads] | None = None
        """What answers plain reads from the cache without a call; None where rights have to be looked at."""
        if rights is None and settings.ages.keeps:
            units = [QuickReads(self, unit) for unit in range(256)]
            self.quick = units.__getitem__

    def __call__(self, call: Call) -> Maybe[Reply]:
        """Answer a call from the cache, from a read in flight, or from the device."""
        one = self.clients.get(call.session)
        if one is None:
            one = self._new_client(call.session)
        self.requests += 1
        one.requests += 1
        one.last = call.received
        if call.request.writes:
            one.writes += 1
        return self._service(call)

    def written(self) -> None:
        """Somebody wrote to the device by another way: nothing that was asked before answers anybody from now on."""
        self.cache.void()
        self.joining.close()

    def told(self, sessions: Iterable[Session] = ()) -> tuple[ClientStatus, ...]:
        """What each client asked, those of a server's ``sessions`` among them."""
        everybody = dict.fromkeys([*self.clients, *sessions])
        none = ClientCounters()
        return tuple(
            ClientStatus(str(one), max(one.requests, known.requests), known.writes)
            for one in everybody
            for known in [self.clients.get(one, none)]
        )

    def status(
        self,
        target: str,
        state: LinkState,
        *,
        connects: int = 0,
        last_error: str = "",
        sessions: Iterable[Session] = (),
    ) -> ShareStatus:
        """How it fares now, on a connection that fares as the owner of it says."""
        shared = self.shared
        return ShareStatus(
            target=target,
            state=state.value,
            connects=connects,
            waiting=shared.waiting,
            median=shared.response_time(0.5),
            p99=shared.response_time(0.99),
            last_error=last_error,
            requests=self.requests,
            kept=len(self.cache),
            joining=self.joining.counters,
            cache=self.cache.counters,
            shared=shared.counters,
            upstream=shared.upstream.counters,
            clients=self.told(sessions),
        )

    def _new_client(self, session: Session) -> ClientCounters:
        if len(self.clients) >= MOST_CLIENTS:
            del self.clients[min(self.clients, key=lambda known: self.clients[known].last)]
        one = self.clients[session] = ClientCounters()
        return one


class QuickReads:
    """The quick way to kept values of one unit."""

    __slots__ = ("_concentrator", "_find", "_unit")

    def __init__(self, concentrator: Concentrator, unit: int) -> None:
        self._concentrator = concentrator
        self._find = concentrator.cache.find_pdu
        self._unit = unit

    def quick_read(self, function: int, address: int, quantity: int) -> bytes | None:
        """The response PDU, if it is kept; None: take the long way."""
        pdu = self._find(self._unit, function, address, quantity)
        if pdu is not None:
            self._concentrator.requests += 1
        return pdu

    def quick_write(self, function: int, address: int, value: int) -> bool:
        """Writes always go the long way."""
        return False


@dataclass(frozen=True, slots=True)
class ClientStatus:
    """What one client asked so far."""

    name: str
    requests: int = 0
    writes: int = 0


@dataclass(frozen=True, slots=True)
class ShareStatus:
    """How a shared connection fares: response times in seconds, counters since the start."""

    target: str
    state: str
    connects: int
    waiting: int
    median: float | None
    p99: float | None
    last_error: str
    requests: int
    kept: int
    joining: JoiningCounters
    cache: CacheCounters
    shared: SharedCounters
    upstream: UpstreamCounters
    clients: tuple[ClientStatus, ...]


class Share:
    """A concentrator with a connection of its own: ``async with Share("192.168.1.30") as share``; see ``service``.

    ``link`` says how the connection behaves: ``pause`` and ``settle`` for delicate devices, a ``window`` of 1 unless
    the device bears more, ``keep_open`` False to let it go after each answer. Raises UsageError for a target that
    is none. It does not wait for the device: while that is not there, clients get exception 0B at once.
    """

    def __init__(
        self,
        target: str,
        settings: ShareSettings | None = None,
        *,
        link: LinkSettings | None = None,
        rights: Layer | None = None,
        on_traffic: Traffic | None = None,
    ) -> None:
        self.target: Target = parse_url(target)
        self.settings = settings or ShareSettings()
        self.connection = Connection(
            self.target, link, idle=self.settings.idle, on_state=self._heard, on_traffic=on_traffic
        )
        self.service = Concentrator(
            self.connection.link, self.settings, state=lambda: self.connection.state, rights=rights
        )
        self._watch: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        link = self.connection.link()
        if self.connection.is_kept:
            link.keep()
        elif self.settings.idle is not None:
            self._look(link.loop, self.settings.idle)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
        await self.connection.close()

    def status(self, sessions: Iterable[Session] = ()) -> ShareStatus:
        """How it fares now; ``sessions`` are the clients of a server, which knows also whom the cache answered."""
        connection = self.connection
        return self.service.status(
            str(self.target),
            connection.state,
            connects=connection.made,
            last_error=connection.fault,
            sessions=sessions,
        )

    def _heard(self, state: LinkState, why: str) -> None:
        self.service.shared.heard(state, why)

    def _look(self, loop: asyncio.AbstractEventLoop, idle: float) -> None:
        """Let the connection go where nobody asked for a while."""
        shared = self.service.shared
        is_open = self.connection.state is LinkState.READY
        if is_open and shared.is_idle and loop.time() - shared.used >= idle:
            self.connection.rest()
        self._watch = loop.call_later(LOOK * idle, self._look, loop, idle)
