"""What was seen, step by step: typed facts without a judgement, so that a judge needs no network."""

from __future__ import annotations

from dataclasses import dataclass, field

from port502.discover.doctor.exchange import Exchange
from port502.discover.doctor.expect import Candidate, Expected
from port502.discover.doctor.question import Question
from port502.registers.reference import Reference, Table
from port502.transport.probe.alive import Alive
from port502.transport.probe.attempt import Attempt, Outcome, Place
from port502.transport.probe.interfaces import Interface
from port502.transport.probe.neighbours import Neighbour
from port502.transport.probe.own import OwnConnection
from port502.transport.probe.routes import Route
from port502.transport.probe.tcp_info import TcpInfo


@dataclass(frozen=True, slots=True)
class NameSeen:
    """What the name of the target means; ``error`` where it means nothing here."""

    host: str
    places: tuple[Place, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """The way there; ``error`` is the kernel's where there is none. ``nearest`` is our own interface that would fit."""

    route: Route | None = None
    error: str = ""
    interfaces: tuple[Interface, ...] = ()
    nearest: Interface | None = None


@dataclass(frozen=True, slots=True)
class ConnectSeen:
    """Every attempt to connect, and what was found besides: neighbours, other answers, our own part in it."""

    attempts: tuple[Attempt, ...] = ()
    neighbour: Neighbour | None = None
    next_hop: Neighbour | None = None
    alive: Alive | None = None
    ping: Alive | None = None
    claimants: tuple[str, ...] = ()
    claims_untested: str = ""
    listener: str = ""
    own: tuple[OwnConnection, ...] = ()
    other_ports: tuple[int, ...] = ()
    modbus_ports: tuple[int, ...] = ()

    @property
    def last(self) -> Attempt | None:
        """The attempt that counts: the one that opened, else the first."""
        opened = [one for one in self.attempts if one.outcome is Outcome.OPEN]
        return opened[0] if opened else (self.attempts[0] if self.attempts else None)

    @property
    def is_open(self) -> bool:
        """Whether a connection was made."""
        return self.last is not None and self.last.outcome is Outcome.OPEN


@dataclass(frozen=True, slots=True)
class OpeningSeen:
    """The first moments of a connection: what came, or how it ended, before anything was sent."""

    said: bytes = b""
    ending: str = ""
    after: float = 0.0
    tls_error: str = ""
    tls_fault: str = ""


@dataclass(frozen=True, slots=True)
class SettleTried:
    """A first request that was sent so many seconds after connecting."""

    pause: float
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class ReadSeen:
    """A read that was asked for, and the reads that explain what came of it; ``largest`` is the longest that works."""

    reference: Reference
    exchange: Exchange
    single: Exchange | None = None
    before: Exchange | None = None
    behind: Exchange | None = None
    reduced: Exchange | None = None
    reduced_address: int | None = None
    other_table: Exchange | None = None
    largest: int | None = None


@dataclass(frozen=True, slots=True)
class SearchSeen:
    """A known value, what the named registers hold, and where else it was found."""

    expected: Expected
    raw: tuple[int, ...] = ()
    value: float | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class ValuesSeen:
    """Registers as they were read: per reference the images of several polls, oldest first."""

    images: tuple[tuple[Reference, tuple[tuple[int, ...], ...]], ...] = ()
    block_table: Table | None = None
    block: tuple[int, ...] = ()
    twin: tuple[int, ...] = ()
    searches: tuple[SearchSeen, ...] = ()
    watched_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Stability:
    """Repeated reads: ``times`` of those answered (s), per exchange what came, and the kernel's books at the end."""

    exchanges: tuple[Exchange, ...] = ()
    times: tuple[float, ...] = ()
    ended: str = ""
    info: TcpInfo | None = None
    short_time: float | None = None
    long_time: float | None = None
    long_quantity: int = 0
    keepalive_s: float | None = None


@dataclass(frozen=True, slots=True)
class DeepSeen:
    """What only a deep look shows: idle time-out, connection limit, eviction, pipelining."""

    idle_waited: float | None = None
    idle_ending: str = ""
    idle_lost: bool = False
    connections: int | None = None
    limit_reached: bool = False
    evicted: bool = False
    pipelined: int | None = None


@dataclass(frozen=True, slots=True)
class Untested:
    """What was not tested, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was seen so far; None where a step was not reached."""

    question: Question
    name: NameSeen | None = None
    route: RouteSeen | None = None
    connect: ConnectSeen | None = None
    opening: OpeningSeen | None = None
    first: Exchange | None = None
    again: tuple[Exchange, ...] = ()
    units: tuple[Exchange, ...] = ()
    functions: tuple[Exchange, ...] = ()
    settle: tuple[SettleTried, ...] = ()
    hung: tuple[Attempt, ...] = ()
    rtu_reply: bytes = b""
    tls_reply: bytes = b""
    reads: tuple[ReadSeen, ...] = ()
    values: ValuesSeen | None = None
    stability: Stability | None = None
    deep: DeepSeen | None = None
    untested: tuple[Untested, ...] = field(default=())

    @property
    def place(self) -> Place | None:
        """The address that all is about."""
        if self.connect is not None and self.connect.last is not None:
            return self.connect.last.place
        return self.name.places[0] if self.name is not None and self.name.places else None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange with the configured unit, in their order."""
        first = (self.first,) if self.first is not None else ()
        reads = tuple(one.exchange for one in self.reads)
        stable = self.stability.exchanges if self.stability is not None else ()
        return first + self.again + self.functions + reads + stable
