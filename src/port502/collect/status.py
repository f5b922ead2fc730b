"""How a collector fares, as plain values: what ``port502 status`` shows. All times in seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from port502.collect.bus import SinkStatus
from port502.collect.response_times import Spread


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """One unit: ``state`` is *not yet asked*, online, suspect or offline, for ``since`` seconds."""

    device: str
    unit: int
    state: str
    since: float
    failures: int = 0
    last_error: str = ""
    next_probe: float | None = None


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """One poll group: points of one device with one interval, and the reads that get them.

    ``took`` is how long its last cycle lasted; ``overruns`` counts the slots it skipped because it was still busy.
    """

    device: str
    interval: float
    points: int
    blocks: tuple[str, ...]
    cycles: int = 0
    overruns: int = 0
    took: float | None = None


@dataclass(frozen=True, slots=True)
class FaultyPoint:
    """A point that the device refuses by itself, and the seconds until it is tried again."""

    point: str
    reason: str
    retry: float


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """One connection: its state for ``since`` seconds, its traffic since the start, and how busy it is.

    ``load`` is the fraction of time in which a reply was awaited, over about the last minute; ``response_p50`` and
    the like are of the last five minutes, None without a reply in them; ``fallbacks`` counts the times it had to do
    without TLS.
    """

    name: str
    url: str
    state: str
    since: float
    last_error: str = ""
    requests: int = 0
    replies: int = 0
    timeouts: int = 0
    exceptions: int = 0
    failures: int = 0
    connects: int = 0
    restarts: int = 0
    fallbacks: int = 0
    response_p50: float | None = None
    response_p95: float | None = None
    response_p99: float | None = None
    load: float = 0.0
    units: tuple[UnitStatus, ...] = ()
    groups: tuple[GroupStatus, ...] = ()
    faulty: tuple[FaultyPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockStatus:
    """A planned read of ``count`` registers or bits of a table from ``address`` on, for the points of a group.

    ``gaps`` are the addresses in it that no point asked for, each as the first and how many.
    """

    device: str
    interval: float
    table: str
    address: int
    count: int
    points: int
    gaps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a connection has been in a state, in all, and how often it came to it."""

    state: str
    seconds: float
    times: int


@dataclass(frozen=True, slots=True)
class ConnectionDetail:
    """A connection looked at closely: its status, its stays in each state, what it reads, and how it is answered.

    ``lately`` and ``ever`` are how the response times of the last five minutes, and all since the start, are spread;
    ``refusals`` the exceptions that came, by code.
    """

    status: ConnectionStatus
    stays: tuple[Stay, ...] = ()
    blocks: tuple[BlockStatus, ...] = ()
    lately: Spread = field(default_factory=Spread)
    ever: Spread = field(default_factory=Spread)
    refusals: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CollectorStatus:
    """The whole collector since its start.

    ``polls`` are reads of one block each, ``cycles`` whole groups; ``samples`` are split by quality into ``good``,
    ``uncertain`` and ``bad``. ``late_p50`` and ``late_p99`` say how long after its slot a cycle began.
    """

    uptime: float
    polls: int
    cycles: int
    samples: int
    good: int
    uncertain: int
    bad: int
    overruns: int
    writes: int
    failures: int
    late_p50: float | None = None
    late_p99: float | None = None
    sinks: tuple[SinkStatus, ...] = ()
    connections: tuple[ConnectionStatus, ...] = field(default_factory=tuple)
