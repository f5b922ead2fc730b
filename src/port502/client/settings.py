"""What a client is told when it is made; the same words for both clients and for the site file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from port502.errors import UsageError
from port502.protocol.tolerances import tolerances
from port502.transport.sockets import Keepalive
from port502.transport.tls import Tls
from port502.transport.url import Target, parse_url


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Delays between connection attempts: ``first`` seconds, doubled up to ``maximum``, each ± 20 %."""

    first: float = 1.0
    maximum: float = 30.0


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Where the peer is and how to treat it; times in seconds."""

    target: Target
    unit: int = 1
    connect_timeout: float = 3.0
    response_timeout: float = 1.0
    retries: int = 2
    window: int = 1
    coalesce: bool = False
    pause: float = 0.0
    settle: float = 0.0
    tolerate: frozenset[str] = frozenset()
    reconnect: Reconnect = field(default_factory=Reconnect)
    keepalive: Keepalive | None = field(default_factory=Keepalive)
    source: str | None = None
    tls: Tls | None = None

    def __post_init__(self) -> None:
        check_unit(self.unit)
        for name in ("connect_timeout", "response_timeout"):
            if not 0 < getattr(self, name) <= 3600:
                raise UsageError(f"{name} is above 0 and at most 3600 seconds, not {getattr(self, name)!r}")
        if not 0 <= self.retries <= 10:
            raise UsageError(f"retries is 0 to 10, not {self.retries!r}")
        if not 1 <= self.window <= 1024:
            raise UsageError(f"window is 1 to 1024 requests in flight, not {self.window!r}")
        if self.pause < 0 or self.settle < 0:
            raise UsageError("pause and settle are 0 or more seconds")

    @property
    def longest(self) -> float:
        """The deadline of a call that names none: one connection attempt and every response timeout."""
        return self.connect_timeout + (self.retries + 1) * self.response_timeout


def client_settings(url: str, tolerate: Iterable[str], **rest: object) -> ClientSettings:
    """Settings out of a constructor's arguments; raises UsageError for a bad url or tolerance."""
    return ClientSettings(parse_url(url), tolerate=tolerances(tolerate), **rest)  # type: ignore[arg-type]


def check_unit(unit: int) -> int:
    """The unit id, if it is 0 to 255; else UsageError."""
    if not 0 <= unit <= 0xFF:
        raise UsageError(f"unit ids are 0 to 255, not {unit!r}")
    return unit
