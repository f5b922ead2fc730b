"""How a running site fares, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from port502.collect.alarms import AlarmState
from port502.collect.status import CollectorStatus
from port502.gateway.share import ShareStatus
from port502.gateway.status import BusStatus

NOT_CONNECTED, NO_ANSWER, REFUSED = "not connected", "no answer", "refused"
"""Why not one sample of a run was good."""


@dataclass(frozen=True, slots=True)
class HistoryStatus:
    """What becomes of the samples: ``backlog`` wait to be kept, ``lost`` never will be, whatever the reason.

    ``overflowed`` says how many of the lost ones were dropped because the disk was too slow; ``last_error`` why the
    disk refused the others.
    """

    path: str
    backlog: int = 0
    lost: int = 0
    overflowed: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that a listener's policy turned away, with the fields of the audit log."""

    time: str
    listener: str
    client: str
    unit: int | None = None
    operation: str = ""
    table: str = ""
    address: int | None = None
    action: str = ""
    exception: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FindingStatus:
    """Something suspicious at a listener: its ``code``, what it says, what to do; seen ``count`` times."""

    listener: str
    code: str
    severity: str
    title: str
    text: str
    fix: str
    client: str
    unit: int | None
    count: int
    first: str
    last: str
    attack: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallerStatus:
    """A client of a listener, connected now or, on a gateway, not long ago: what it asked, and how often lately."""

    name: str
    requests: int = 0
    writes: int = 0
    refused: int = 0
    per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """A client that is connected to a listener: from where, for how many ``seconds``, and how it showed who it is.

    ``names`` are what the listener's policy calls it; ``expected`` is False where the policy names its clients, and
    this is none of them. ``role_fault`` says why a role in its certificate does not count.
    """

    listener: str
    client: str
    port: int
    transport: str
    seconds: float
    requests: int
    names: tuple[str, ...] = ()
    expected: bool = True
    role: str | None = None
    role_fault: str = ""
    subject: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class ListenerStatus:
    """A listener of a running site: where it listens, how many clients it has, what its policy turned away.

    ``answers`` is serve, gateway, share or guard; ``requests`` came since the start and ``per_second`` lately;
    ``unmapped`` of them led nowhere. ``findings`` are the suspicious things that were seen last. ``locked`` is why all
    its writes are stopped, empty when they are not.
    """

    name: str
    url: str
    clients: int = 0
    refused: int = 0
    last_refusal: Refusal | None = None
    locked: str = ""
    answers: str = "serve"
    requests: int = 0
    per_second: float = 0.0
    callers: tuple[CallerStatus, ...] = ()
    routes: tuple[str, ...] = ()
    unmapped: int = 0
    share: ShareStatus | None = None
    findings: tuple[FindingStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """A running site: its name, file and process, the collector, the history, the listeners, the alarms not normal.

    ``lines`` are the connections that gateways among the listeners lead to.
    """

    site: str
    path: str
    process: int
    collector: CollectorStatus
    history: HistoryStatus
    listeners: tuple[ListenerStatus, ...] = ()
    alarms: tuple[AlarmState, ...] = ()
    lines: tuple[BusStatus, ...] = ()

    @property
    def refused(self) -> int:
        """How many requests the policies of all listeners turned away."""
        return sum(one.refused for one in self.listeners)

    @property
    def findings(self) -> tuple[FindingStatus, ...]:
        """What was seen last that is suspicious, at all listeners, newest first."""
        found = [finding for one in self.listeners for finding in one.findings]
        return tuple(sorted(found, key=lambda one: one.last, reverse=True))

    @property
    def last_refusal(self) -> Refusal | None:
        """The newest of them."""
        refusals = (one.last_refusal for one in self.listeners if one.last_refusal is not None)
        return max(refusals, key=lambda one: one.time, default=None)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to, for its last line; ``refused`` are requests that policies of listeners turned away.

    ``fault`` is why not one sample was good: ``not connected``, ``no answer`` or ``refused``; empty where one was, or
    where there was none at all.
    """

    site: str
    seconds: float
    polls: int
    samples: int
    good: int
    uncertain: int
    bad: int
    overruns: int
    writes: int
    lost: int
    connections: int
    devices: int
    points: int
    refused: int = 0
    last_refusal: Refusal | None = None
    fault: str = ""


def fault_of(status: CollectorStatus) -> str:
    """Why not one sample was good; empty where one was, and where there was none at all."""
    if status.good or status.uncertain or not status.bad:
        return ""
    if not any(one.connects for one in status.connections):
        return NOT_CONNECTED
    if any(one.exceptions for one in status.connections):
        return REFUSED
    return NO_ANSWER
