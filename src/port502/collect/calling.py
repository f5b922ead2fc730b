"""Any function through the connection that polls: one message of somebody else's, before all polling."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from port502.collect.demand import PRIORITY_DEMAND, PRIORITY_WRITE, exchange
from port502.collect.poller import Poller
from port502.collect.settings import DeviceSettings
from port502.collect.unit import Unit
from port502.errors import DeviceError, Port502Error, UsageError
from port502.protocol.describe import describe
from port502.protocol.message import RawRequest, Request, Response
from port502.protocol.pdu import decode_request, understood

log = logging.getLogger("port502.collect")


class Verbatim(RawRequest):
    """Bytes that go out as they are; unlike other raw requests, those of a function that only reads may be repeated.

    Its reply is judged by the function code alone.
    """

    __slots__ = ()

    @property
    def writes(self) -> bool:
        """Whether it may change the device; what makes no sense may."""
        return understood(RawRequest(self.function, self.data)).writes


def request_in(pdu: str, *, raw: bool = False) -> Request[Any]:
    """The request whose PDU is given in hex; with ``raw`` its reply is judged by the function code alone.

    Raises UsageError for what is no PDU, or, unless ``raw``, none that makes sense.
    """
    try:
        data = bytes.fromhex(pdu)
    except ValueError:
        raise UsageError("a request is written in hex, two digits a byte") from None
    if not data:
        raise UsageError("a request has at least its function code")
    if raw:
        return Verbatim(data[0], data[1:])
    try:
        return decode_request(data)
    except Port502Error as error:
        raise UsageError(f"that is no request: {error}") from None


async def call(
    poller: Poller, device: DeviceSettings, request: Request[Any], timeout: float | None = None
) -> Response:
    """Send one request to a device and return its reply; what may change the device goes first, once, and is logged.

    ``timeout`` bounds the whole, in seconds. Raises UsageError for a write to a device that is not open for them, and
    the error of the link, the unit or the device.
    """
    if request.writes and not device.writes:
        raise UsageError(
            f"{device.name} may not be written: set 'writes: true' at the device to allow it; nothing was sent"
        )
    poller.check_link()
    unit = poller.unit_of(device)
    if request.writes:
        return await _changed(poller, device, unit, request, timeout)
    ended = await exchange(poller, unit, request, PRIORITY_DEMAND, timeout)
    return _response(ended.response, ended.error)


async def _changed(
    poller: Poller, device: DeviceSettings, unit: Unit, request: Request[Any], timeout: float | None
) -> Response:
    """The reply to a request that may change the device, told to the log whatever becomes of it."""
    poller.shop.tally.writes += 1
    what = f"call {device.name}: {describe(request)}"
    try:
        ended = await exchange(poller, unit, request, PRIORITY_WRITE, timeout)
    except asyncio.CancelledError:
        log.warning("%s: given up before it was answered", what)
        raise
    error = ended.error
    if error is None:
        log.info("%s: answered", what)
    elif isinstance(error, DeviceError):
        log.warning("%s: refused: %s", what, error)
    elif ended.attempts:
        log.warning("%s: sent, outcome unknown: %s", what, error)
    else:
        log.warning("%s: not sent: %s", what, error)
    return _response(ended.response, error)


def _response(response: Response | None, error: Port502Error | None) -> Response:
    if error is not None:
        raise error
    assert response is not None
    return response
