"""Which service answers which unit id of a listener."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from port502.errors import DeviceError, UsageError
from port502.protocol.codes import GATEWAY_TARGET_FAILED, WRITE_FUNCTIONS
from port502.protocol.message import ExceptionResponse
from port502.service.call import Call, Reply, Service
from port502.service.maybe import must_wait

log = logging.getLogger(__name__)

BROADCAST = 0
SINGLE = 1
NOT_SIGNIFICANT = 255
"""What TCP clients send to a device that has no units behind it (TCP Implementation Guide V1.0b, 4.4.2.1)."""

_UNITS = 256
_SERIAL = frozenset({"rtu", "ascii"})


class QuickDevice(Protocol):
    """What answers plain reads and single writes at once, or says that it cannot."""

    def quick_read(self, function: int, address: int, quantity: int) -> bytes | None:
        """The response PDU of a read (functions 1-4), or None: take the long way."""

    def quick_write(self, function: int, address: int, value: int) -> bool:
        """Whether a single write (functions 5 and 6) was done; False: take the long way."""


Malformed: TypeAlias = Callable[[int, DeviceError, str], ExceptionResponse | None]
"""What answers, and counts, requests that could not be decoded: unit id, error, transport; None is silence."""


class Units:
    """A service that hands each call to the service of its unit id.

    ``services`` is a service by unit id (0-255), or one service alone, which then is unit 1; several ids may
    share a service. On TCP a single service also answers 0 and 255, several answer their own ids only, and
    ``any_unit`` answers every id that is not listed. An unknown unit is answered with exception 0B, or not
    at all with ``silent``. On serial lines, which other devices share, 0 and 255 mean nobody and an unknown
    unit is never answered; a broadcast goes to every service, and only if it writes. Raises UsageError for
    an id out of range, or when nothing would be answered.
    """

    def __init__(
        self,
        services: Service | Mapping[int, Service],
        *,
        any_unit: Service | None = None,
        silent: bool = False,
    ) -> None:
        listed = dict(services) if isinstance(services, Mapping) else {SINGLE: services}
        if not listed and any_unit is None:
            raise UsageError("no unit would be answered: list one, or give a service for any unit")
        for unit in listed:
            if not isinstance(unit, int) or not 0 <= unit < _UNITS:
                raise UsageError(f"unit ids are 0-255, got {unit!r}")
        self._silent = silent
        self._serial: list[Service | None] = [listed.get(unit, any_unit) for unit in range(_UNITS)]
        self._routes = list(self._serial)
        if any_unit is None and len({id(service) for service in listed.values()}) == 1:
            only = next(iter(listed.values()))
            self._routes[BROADCAST] = self._routes[NOT_SIGNIFICANT] = only
        quick = [_quick_device(service, unit) for unit, service in enumerate(self._routes)]
        self.quick: Callable[[int], QuickDevice | None] = quick.__getitem__
        """What answers plain requests to a unit id on TCP at once; None: nothing does."""

    @property
    def units(self) -> list[int]:
        """The unit ids that are answered on TCP, lowest first."""
        return [unit for unit, service in enumerate(self._routes) if service is not None]

    def __call__(self, call: Call) -> Reply | Awaitable[Reply]:
        """Hand the call to the service of its unit; None where nobody answers."""
        if call.broadcast:
            return self._broadcast(call)
        service = self._find(call.unit, call.session.transport)
        if service is not None:
            return service(call)
        return self._unknown(call.request.function, call.session.transport)

    def malformed(self, unit: int, error: DeviceError, transport: str = "tcp") -> ExceptionResponse | None:
        """The answer to a request to ``unit`` that could not be decoded; None is silence."""
        service = self._find(unit, transport)
        if service is None:
            return self._unknown(error.function, transport)
        answer: Malformed | None = getattr(service, "malformed", None)
        return (
            ExceptionResponse(error.function, error.code)
            if answer is None
            else answer(unit, error, transport)
        )

    def _find(self, unit: int, transport: str) -> Service | None:
        return self._serial[unit] if transport in _SERIAL else self._routes[unit]

    def _unknown(self, function: int, transport: str) -> ExceptionResponse | None:
        if self._silent or transport in _SERIAL:
            return None
        return ExceptionResponse(function, GATEWAY_TARGET_FAILED)

    def _broadcast(self, call: Call) -> Awaitable[None] | None:
        """Let every service carry out a write; one that fails does not keep the others from it."""
        if call.request.function not in WRITE_FUNCTIONS:
            return None
        waiting: list[Awaitable[Reply]] = []
        for service in {id(service): service for service in self._serial if service is not None}.values():
            try:
                reply = service(call)
            except Exception:
                log.exception("a broadcast from %s failed at one device", call.session)
                continue
            if must_wait(reply):
                waiting.append(reply)
        return _wait_for_all(waiting, call) if waiting else None


async def _wait_for_all(waiting: list[Awaitable[Reply]], call: Call) -> None:
    for reply in waiting:
        try:
            await reply
        except Exception:
            log.exception("a broadcast from %s failed at one device", call.session)


def _quick_device(service: Service | None, unit: int) -> QuickDevice | None:
    find: Callable[[int], QuickDevice | None] | None = getattr(service, "quick", None)
    return find(unit) if find is not None else None
