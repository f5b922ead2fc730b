"""One request on a serial wire and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from port502.errors import Port502Error
from port502.protocol.message import Request, Response


class Exchange:
    """One attempt to have a unit answer a request; exactly one of ``response`` and ``error`` is set when ``done``.

    A broadcast, whose unit is 0, ends with neither. ``timeout`` is what the unit may think, in seconds; ``thought``
    is what it thought, both without the time that the frames take on the wire.
    """

    __slots__ = (
        "done",
        "error",
        "expires",
        "heard",
        "pdu",
        "request",
        "response",
        "sent_at",
        "thought",
        "timeout",
        "unit",
    )

    def __init__(
        self, unit: int, request: Request[Any], timeout: float, done: Callable[[Exchange], None]
    ) -> None:
        self.unit = unit
        self.request = request
        self.pdu = request.encode()
        self.timeout = timeout
        self.done = done
        self.response: Response | None = None
        self.error: Port502Error | None = None
        self.sent_at = 0.0
        self.expires = 0.0
        self.thought = 0.0
        self.heard = b""
        """The first bytes that came since it was sent."""

    def __str__(self) -> str:
        return f"function {self.request.function} to unit {self.unit}"
