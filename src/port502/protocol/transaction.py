"""One request on its way: from the caller's wish to its one outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from port502.errors import (
    AcknowledgeError,
    LinkError,
    NoReplyError,
    Port502Error,
    ProtocolError,
    ServerDeviceBusyError,
)
from port502.protocol.message import Request, Response

R = TypeVar("R", bound=Response)

_WORTH_REPEATING = (NoReplyError, LinkError, ServerDeviceBusyError, AcknowledgeError)


class Transaction(Generic[R]):
    """One request to one unit, and what became of it.

    ``timeout`` bounds each attempt and ``deadline`` the whole, both in seconds, the second on the owner's
    monotonic clock. ``retries`` counts attempts beyond the first; a write is never repeated once it was sent.
    Exactly one of ``response`` and ``error`` is set when ``done`` is called, once. ``context`` is the caller's.
    """

    __slots__ = (
        "abandoned",
        "attempts",
        "context",
        "deadline",
        "done",
        "error",
        "expires",
        "id",
        "order",
        "pipelined",
        "priority",
        "request",
        "response",
        "retries",
        "sent_at",
        "timeout",
        "unit",
    )

    id: int
    expires: float
    sent_at: float
    order: int
    pipelined: bool

    def __init__(
        self,
        unit: int,
        request: Request[R],
        done: Callable[[Transaction[Any]], None],
        timeout: float,
        deadline: float,
        retries: int = 0,
        priority: int = 0,
        context: Any = None,
    ) -> None:
        self.unit = unit
        self.request = request
        self.done = done
        self.timeout = timeout
        self.deadline = deadline
        self.retries = retries
        self.priority = priority
        self.context = context
        self.response: R | None = None
        self.error: Port502Error | None = None
        self.attempts = 0
        self.abandoned = False

    def may_repeat(self, error: Port502Error) -> bool:
        """Whether this request may be sent once more after ``error``: reads only, within retries."""
        return (
            self.attempts <= self.retries
            and not self.abandoned
            and not self.request.writes
            and isinstance(error, _WORTH_REPEATING)
            and not isinstance(error, ProtocolError)
        )
