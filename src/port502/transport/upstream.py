"""A connection to a device as a service: what one side asks is asked again, in our own words, on the other side.

Only typed requests pass, encoded anew, so that both sides cannot read the same bytes differently; transaction ids are
the link's own, and every reply was checked against its request before it comes back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from port502.errors import ConnectError, DeviceError, Port502Error, ProtocolError, UsageError
from port502.protocol.bit_access import WriteMultipleCoilsRequest
from port502.protocol.codes import (
    GATEWAY_PATH_UNAVAILABLE,
    GATEWAY_TARGET_FAILED,
    SERVER_DEVICE_BUSY,
    WRITE_MULTIPLE_COILS,
)
from port502.protocol.message import ExceptionResponse, Request, Response
from port502.protocol.transaction import Transaction
from port502.service.call import Call, Reply
from port502.service.maybe import Later
from port502.transport.clock import clock_of

log = logging.getLogger("port502.upstream")

MOST_PENDING = 256
AGE = 10.0


@dataclass(slots=True)
class UpstreamCounters:
    """What became of the requests: ``busy`` were not taken because too many waited, ``wrong`` replies did not fit."""

    requests: int = 0
    busy: int = 0
    no_path: int = 0
    no_answer: int = 0
    wrong: int = 0
    abandoned: int = 0


class Asking(Protocol):
    """What takes requests to a peer: a ``Link``, or a connection of the collector."""

    def submit(
        self,
        unit: int,
        request: Request[Response],
        done: Callable[[Transaction[Any]], None],
        *,
        timeout: float,
        deadline: float | None = None,
        priority: int = 0,
        context: Any = None,
    ) -> Transaction[Any]:
        """Send a request when its turn comes; ``done`` is called once, later."""

    def cancel(self, transaction: Transaction[Any]) -> None:
        """Nobody waits for it any more."""


class Upstream:
    """A service that asks the peer of a link.

    ``link`` is the link, or what finds it where it may change (and raises UsageError where there is none). A reply is
    awaited ``timeout`` seconds, a request gets at most ``age`` seconds old, ``pending`` of them wait at one time; what
    comes on top is refused with exception 06. No path to the peer is exception 0A, no answer, or one that does not
    fit, is 0B; the peer's own exceptions pass. ``on_finding`` hears of replies that did not fit.
    """

    def __init__(
        self,
        link: Asking | Callable[[], Asking],
        *,
        timeout: float = 1.0,
        age: float = AGE,
        pending: int = MOST_PENDING,
        priority: int = 0,
        on_finding: Callable[[Call, Port502Error], None] | None = None,
    ) -> None:
        self._link: Callable[[], Asking] = link if callable(link) else lambda: link
        self._time = clock_of(asyncio.get_running_loop())
        self.timeout = timeout
        self.age = age
        self.most = pending
        self.priority = priority
        self.on_finding = on_finding
        self.counters = UpstreamCounters()
        self.pending = 0

    def __call__(self, call: Call) -> Reply | Asked:
        """Ask; the reply comes later, since it has to come over the wire."""
        counters = self.counters
        if self.pending >= self.most:
            counters.busy += 1
            return ExceptionResponse(call.request.function, SERVER_DEVICE_BUSY)
        try:
            link = self._link()
        except UsageError as error:
            log.debug("%s: %s", call.session, error)
            counters.no_path += 1
            return ExceptionResponse(call.request.function, GATEWAY_PATH_UNAVAILABLE)
        counters.requests += 1
        self.pending += 1
        asked = Asked(self, link, call)
        request = call.request
        asked.transaction = link.submit(
            call.unit,
            request if request.function != WRITE_MULTIPLE_COILS else _without_padding(request),
            self._done,
            timeout=self.timeout,
            deadline=self._time() + self.age,
            priority=self.priority,
            context=asked,
        )
        return asked

    def _done(self, transaction: Transaction[Any]) -> None:
        self.pending -= 1
        asked: Asked = transaction.context
        if transaction.error is None:
            asked.give(transaction.response)
        else:
            asked.give(self._excuse(asked.call, transaction.error))

    def _excuse(self, call: Call, error: Port502Error) -> ExceptionResponse:
        """The exception that tells the client what happened on the other side."""
        function = call.request.function
        if isinstance(error, DeviceError):
            return ExceptionResponse(function, error.code)
        if isinstance(error, ConnectError):
            self.counters.no_path += 1
            code = GATEWAY_PATH_UNAVAILABLE
        else:
            code = GATEWAY_TARGET_FAILED
            if isinstance(error, ProtocolError):
                self.counters.wrong += 1
                if self.on_finding is not None:
                    self.on_finding(call, error)
            else:
                self.counters.no_answer += 1
        log.debug("%s: function %d to unit %d: %s", call.session, function, call.unit, error)
        return ExceptionResponse(function, code)


def _without_padding(request: Request[Any]) -> Request[Any]:
    """The same coils with zeros in the bits behind the last: those mean nothing, and say nothing to the device."""
    if isinstance(request, WriteMultipleCoilsRequest) and request.quantity & 7:
        mask = (1 << (request.quantity & 7)) - 1
        if request.data[-1] & ~mask:
            data = request.data[:-1] + bytes((request.data[-1] & mask,))
            return WriteMultipleCoilsRequest(request.address, request.quantity, data)
    return request


class Asked(Later[Reply]):
    """A reply that is on its way; a request that nobody waits for any more is not sent, if it was not sent yet."""

    __slots__ = ("_link", "_upstream", "call", "transaction")

    def __init__(self, upstream: Upstream, link: Asking, call: Call) -> None:
        self.given = self.cancelled = False
        self._then = self._hear = None
        self._upstream = upstream
        self._link = link
        self.call = call
        self.transaction: Transaction[Any] | None = None

    def cancel(self) -> None:
        """Give up the reply and its place."""
        if self.given or self.cancelled:
            return
        super().cancel()
        self._upstream.pending -= 1
        self._upstream.counters.abandoned += 1
        if self.transaction is not None:
            self._link.cancel(self.transaction)
