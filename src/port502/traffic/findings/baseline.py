"""What is usual: who asks whom, what, how often, and which values it writes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from port502.traffic.findings.spans import Spans

SPARE: Final = 4
"""A value may lie a fourth of the learned span beyond it."""

STEPS: Final = 3
"""So many times the largest step that was learned is still no jump."""


FEWEST: Final = 3
"""Writes to a place without which nothing is known of its values."""


ANYWHERE: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104
"""Addresses of listeners that stand for all of a host's addresses."""


class Who(NamedTuple):
    """A client, a server with its port, and a unit there."""

    client: str
    server: str
    port: int
    unit: int


@dataclass(slots=True)
class Usual:
    """The values that are written to a place: between which, by which steps; ``counts`` where they count on by one."""

    least: int
    most: int
    step: int = 0
    writes: int = 1
    counts: bool = False

    @property
    def spare(self) -> int:
        """How far beyond its ends a value is still taken as usual."""
        return (self.most - self.least) // SPARE

    def holds(self, value: int) -> bool:
        """Whether a value is usual there; after a few writes nobody knows yet."""
        return (
            self.counts or self.writes < FEWEST or self.least - self.spare <= value <= self.most + self.spare
        )

    def allows_step(self, before: int, value: int) -> bool:
        """Whether the way from the value before is."""
        return self.counts or self.writes < FEWEST or abs(value - before) <= max(self.step * STEPS, 1)


@dataclass(slots=True)
class Conversation:
    """What one client does with one unit. ``values`` are by table and address.

    ``pause`` is the longest time between two requests and ``response_time`` the longest until an answer (seconds),
    ``per_second`` the most requests of the client to the server, all units together, within a second.
    """

    who: Who
    functions: set[str] = field(default_factory=set)
    reads: dict[str, Spans] = field(default_factory=dict)
    writes: dict[str, Spans] = field(default_factory=dict)
    values: dict[tuple[str, int], Usual] = field(default_factory=dict)
    pause: float | None = None
    response_time: float | None = None
    per_second: int = 1
    requests: int = 0


@dataclass(slots=True)
class Baseline:
    """All conversations of a period that was taken as usual; its times are ns since 1970."""

    conversations: dict[Who, Conversation] = field(default_factory=dict)
    since: int = 0
    until: int = 0
    left_out: int = 0

    @property
    def requests(self) -> int:
        """How many requests it was learned from."""
        return sum(one.requests for one in self.conversations.values())

    @property
    def servers(self) -> set[str]:
        """The addresses that answer."""
        return {who.server for who in self.conversations}

    @property
    def clients(self) -> set[str]:
        """The addresses that ask."""
        return {who.client for who in self.conversations}

    def at(self, host: str, port: int) -> Baseline:
        """What is usual at one server, whose own address is ``host``; one that stands for all addresses is any."""
        everywhere = host in ANYWHERE
        found = Baseline(since=self.since, until=self.until)
        for who, one in self.conversations.items():
            if who.port == port and (everywhere or who.server == host):
                here = who._replace(server=host)
                found.conversations[here] = replace(one, who=here)
        return found

    def between(self, client: str, server: str, port: int) -> dict[int, Conversation]:
        """What a client does with a server, by unit; port 0 stands for any."""
        return {
            who.unit: one
            for who, one in self.conversations.items()
            if who.client == client and who.server == server and port in (0, who.port)
        }
