"""What is remembered of one client with one server while findings are looked for."""

from __future__ import annotations

from typing import Final, TypeAlias

from port502.traffic.findings.baseline import Conversation
from port502.traffic.findings.window import SECOND, Times, Tried

MOST_USUAL: Final = 4_096
"""Requests, and kinds of answers, of a talk that are known to need no second look."""

MOST_A_SECOND: Final = 500
"""Requests within a second that nobody sends in earnest, where no baseline knows better."""

FEWEST_A_SECOND: Final = 50
TIMES_AS_MANY: Final = 3
MOST_UNITS: Final = 256

Answer: TypeAlias = tuple[bytes, int, bytes]
"""Unit, function and the byte behind, the length, and the request: what alike answers have in common."""


def end_text(host: str, port: int = 0) -> str:
    """A host with its port, IPv6 in brackets."""
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if port else shown


class Run:
    """Reads one behind the other: where the next would begin, and how many there were."""

    __slots__ = ("count", "items", "next")

    def __init__(self) -> None:
        self.next: tuple[object, ...] = ()
        self.count = 0
        self.items = 0

    def step(self, kind: tuple[object, ...], address: int, size: int) -> int:
        """One more read of a kind; gives how many follow on one another by now."""
        if (*kind, address) == self.next:
            self.count += 1
            self.items += size
        else:
            self.count, self.items = 1, size
        self.next = (*kind, address + size)
        return self.count


class Talk:
    """A client and a server. ``usual`` are requests that need no second look, ``answers`` such answers.

    ``second`` and ``count`` are for the rate of requests, ``waiting`` counts requests since the last answer. ``last``
    is when each unit was last asked. ``known`` is what the baseline says of them by unit, None where there is none.
    """

    __slots__ = (
        "address_run",
        "answered",
        "answers",
        "block_run",
        "client",
        "count",
        "known",
        "last",
        "most",
        "opened",
        "openings",
        "port",
        "responses",
        "second",
        "server",
        "server_text",
        "slow",
        "slowly",
        "units",
        "usual",
        "waiting",
        "wishes",
        "writes",
    )  # fmt: skip

    def __init__(self, client: str, server: str, port: int) -> None:
        self.client = client
        self.server = server
        self.port = port
        self.server_text = end_text(server, port)
        self.usual: set[bytes] = set()
        self.answers: set[Answer] = set()
        self.second = 0
        self.count = 0
        self.most = MOST_A_SECOND
        self.waiting = 0
        self.responses = 0
        self.last: dict[int, int] = {}
        self.known: dict[int, Conversation] | None = None
        self.writes = False
        self.slow: dict[int, int] = {}
        self.slowly: dict[int, int] = {}
        self.units = Tried()
        self.answered: set[int] = set()
        self.address_run = Run()
        self.block_run = Run()
        self.opened: set[int] = set()
        self.openings = Times(10 * SECOND)
        self.wishes: dict[int, int] = {}

    def learned(self, known: dict[int, Conversation] | None) -> None:
        """From now on this is what is usual between them, by unit; None: nothing is known of anybody."""
        self.usual.clear()
        self.answers.clear()
        self.known = known
        if known is None:
            return
        self.writes = any(one.writes for one in known.values())
        most = max((one.per_second for one in known.values()), default=0)
        self.most = max(TIMES_AS_MANY * most, FEWEST_A_SECOND) if known else MOST_A_SECOND
        self.slow = {
            unit: max(int(3 * one.response_time * SECOND), SECOND // 10)
            for unit, one in known.items()
            if one.response_time is not None
        }
