"""What a service is: whatever answers a Modbus request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from port502.protocol.message import ExceptionResponse, Request, Response


@dataclass(slots=True, eq=False)
class Session:
    """One client's connection to a listener: who asks, and through which door.

    ``host`` and ``port`` are the socket's real peer (empty and 0 on a serial line), ``transport`` is ``tcp``,
    ``tls``, ``rtu``, ``ascii`` or ``memory``. From the client's certificate come ``role`` (None: the NULL role),
    ``fingerprint`` (SHA-256, hexadecimal) and ``subject``, and in ``role_fault`` why a role in it does not count.
    """

    host: str = ""
    port: int = 0
    transport: str = "memory"
    listener: str = ""
    role: str | None = None
    opened: float = 0.0
    requests: int = field(default=0)
    fingerprint: str = ""
    subject: str = ""
    role_fault: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.host else self.listener or self.transport


@dataclass(slots=True, eq=False)
class Call:
    """One request on its way to a service; ``received`` is monotonic time in seconds."""

    session: Session
    unit: int
    request: Request[Response]
    received: float = 0.0
    broadcast: bool = False


Reply: TypeAlias = Response | ExceptionResponse | None
"""What a service gives back; None is silence."""

Service: TypeAlias = Callable[[Call], Reply | Awaitable[Reply]]
Layer: TypeAlias = Callable[[Service], Service]
