"""How a running site fares, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from port502.collect.status import CollectorStatus


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
class SiteStatus:
    """A running site: its name, file and process, the collector and the history."""

    site: str
    path: str
    process: int
    collector: CollectorStatus
    history: HistoryStatus


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to, for its last line."""

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
