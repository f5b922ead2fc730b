"""A TCP device as a bus: what a serial master, or anybody else, asks of it, answered in time in any case."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from port502.errors import DeviceError, ProtocolError
from port502.protocol.codes import GATEWAY_TARGET_FAILED, SERVER_DEVICE_BUSY
from port502.protocol.message import ExceptionResponse
from port502.protocol.transaction import Transaction
from port502.service.call import Call, Reply
from port502.service.maybe import Later
from port502.transport.link import Link

log = logging.getLogger("port502.gateway")

WITHIN = 0.8
"""Serial masters usually wait for a second."""

BROADCAST = 0
MOST_PENDING = 64
_WRITES_FIRST = -1


@dataclass(slots=True)
class RemoteCounters:
    """What became of the requests; ``wrong`` replies did not fit, ``busy`` requests found too many others waiting."""

    requests: int = 0
    replies: int = 0
    no_answer: int = 0
    wrong: int = 0
    busy: int = 0
    abandoned: int = 0
    last_error: str = ""


class Remote:
    """A service that asks the peer of a link, and answers with 0B where no good reply came ``within`` so many seconds.

    That is 0B too while the peer cannot be connected: a serial master needs an answer, whatever the reason.
    """

    def __init__(self, name: str, link: Link, *, within: float = WITHIN) -> None:
        self.name = name
        self.link = link
        self.within = within
        self.counters = RemoteCounters()
        self.pending = 0

    async def start(self) -> None:
        """Connect in the background, so that the first request finds a connection."""
        self.link.keep()

    async def stop(self) -> None:
        """Close the connection."""
        await self.link.close()

    def __call__(self, call: Call) -> Reply | Later[Reply]:
        """Ask; the reply comes in time, a broadcast's is not awaited."""
        counters = self.counters
        if self.pending >= MOST_PENDING:
            counters.busy += 1
            return ExceptionResponse(call.request.function, SERVER_DEVICE_BUSY)
        counters.requests += 1
        self.pending += 1
        waiting = _Waiting(self, call)
        waiting.transaction = self.link.submit(
            call.unit,
            call.request,
            self._done,
            timeout=self.within,
            deadline=self.link.time() + self.within,
            priority=_WRITES_FIRST if call.request.writes else 0,
            context=waiting,
        )
        return None if call.broadcast else waiting

    def _done(self, transaction: Transaction[Any]) -> None:
        self.pending -= 1
        waiting: _Waiting = transaction.context
        error = transaction.error
        function = waiting.call.request.function
        if error is None:
            self.counters.replies += 1
            waiting.give(transaction.response)
        elif isinstance(error, DeviceError):
            self.counters.replies += 1
            waiting.give(ExceptionResponse(function, error.code))
        else:
            self.counters.last_error = str(error)
            log.debug("%s: %s", self.name, error)
            if isinstance(error, ProtocolError):
                self.counters.wrong += 1
            else:
                self.counters.no_answer += 1
            waiting.give(ExceptionResponse(function, GATEWAY_TARGET_FAILED))


class _Waiting(Later[Reply]):
    """A reply under way; a request that nobody waits for any more is not sent, if it was not sent yet."""

    __slots__ = ("_remote", "call", "transaction")

    def __init__(self, remote: Remote, call: Call) -> None:
        super().__init__()
        self._remote = remote
        self.call = call
        self.transaction: Transaction[Any] | None = None

    def cancel(self) -> None:
        """Give up the reply and its place."""
        if self.given or self.cancelled:
            return
        super().cancel()
        self._remote.pending -= 1
        self._remote.counters.abandoned += 1
        if self.transaction is not None:
            self._remote.link.cancel(self.transaction)
