"""How a connection to a peer behaves, and what is counted of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from port502.errors import UsageError
from port502.transport.fallback import Fallback
from port502.transport.sockets import Keepalive
from port502.transport.tls import Tls


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How a connection behaves; times in seconds.

    ``window`` requests may be in flight; ``coalesce`` puts those of one moment into one segment; ``pause`` lies
    between an answer and the next request, ``settle`` between connecting and the first; ``keep_open`` False closes
    when nothing is left to ask. ``fallback`` is a plain place to go when TLS cannot be had, and for what reasons.
    ``longer`` says how many bytes the frames of a maker's own function may have, where they may have more than 260.
    """

    connect_timeout: float = 3.0
    window: int = 1
    coalesce: bool = False
    pause: float = 0.0
    settle: float = 0.0
    keep_open: bool = True
    reconnect_first: float = 1.0
    reconnect_max: float = 30.0
    keepalive: Keepalive | None = field(default_factory=Keepalive)
    source: str | None = None
    tolerate: frozenset[str] = frozenset()
    tls: Tls | None = None
    fallback: Fallback | None = None
    longer: Mapping[int, int] | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.window <= 1024:
            raise UsageError(f"the window is 1 to 1024 requests, not {self.window}")


@dataclass(slots=True)
class LinkCounters:
    """What happened on a connection since it was made."""

    requests: int = 0
    replies: int = 0
    timeouts: int = 0
    connects: int = 0
    failures: int = 0
    last_error: str = ""
    fallbacks: int = 0
