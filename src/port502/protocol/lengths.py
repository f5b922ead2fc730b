"""How long a PDU is going to be, told from its first bytes: what ends a frame where no header says so.

Application Protocol V1.1b3, clause 6: most functions have a fixed length or a byte count.
"""

from __future__ import annotations

from typing import Any

from port502.protocol.codes import (
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
    EXCEPTION_BIT,
    MEI_DEVICE_IDENTIFICATION,
    READ_FIFO_QUEUE,
    RETURN_QUERY_DATA,
)
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.message import Request

_FIXED_REQUESTS = {1: 5, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 7: 1, 11: 1, 12: 1, 17: 1, 22: 7, 24: 3}
_COUNTED_REQUESTS = {15: 5, 16: 5, 20: 1, 21: 1, 23: 9}
"""Where the byte count stands."""

_FIXED_RESPONSES = {5: 5, 6: 5, 7: 2, 11: 5, 15: 5, 16: 5, 22: 7}
_COUNTED_RESPONSES = frozenset({1, 2, 3, 4, 12, 17, 20, 21, 23})
_DIAGNOSTICS_LENGTH = 5
_IDENTIFICATION_REQUEST = 4
_IDENTIFICATION_HEAD = 7


def request_length(prefix: bytes) -> int | None:
    """The length in bytes of the request PDU that starts so.

    None when more bytes are needed, or when only its end can tell: unknown functions, diagnostics 0, 43/13.
    """
    if not prefix:
        return None
    function = prefix[0]
    if function in _FIXED_REQUESTS:
        return _FIXED_REQUESTS[function]
    if function in _COUNTED_REQUESTS:
        place = _COUNTED_REQUESTS[function]
        return place + 1 + prefix[place] if len(prefix) > place else None
    if function == DIAGNOSTICS:
        return _diagnostics_length(prefix)
    if function == ENCAPSULATED_INTERFACE and prefix[1:2] == bytes((MEI_DEVICE_IDENTIFICATION,)):
        return _IDENTIFICATION_REQUEST
    return None


def response_length(request: Request[Any] | None, prefix: bytes) -> int | None:
    """The length in bytes of the response PDU that starts so, exceptions included.

    None when more bytes are needed, or when only its end can tell: unknown functions, 43/13, and the echo of
    diagnostics 0 unless its request is given.
    """
    if not prefix:
        return None
    function = prefix[0]
    if function >= EXCEPTION_BIT:
        return None if request is not None and request.function == function else 2
    if function in _FIXED_RESPONSES:
        return _FIXED_RESPONSES[function]
    if function in _COUNTED_RESPONSES:
        return 2 + prefix[1] if len(prefix) > 1 else None
    if function == READ_FIFO_QUEUE:
        return 3 + (prefix[1] << 8 | prefix[2]) if len(prefix) > 2 else None
    if function == DIAGNOSTICS:
        if isinstance(request, DiagnosticsRequest) and request.sub_function == RETURN_QUERY_DATA:
            return 3 + len(request.data)
        return _diagnostics_length(prefix)
    if function == ENCAPSULATED_INTERFACE and prefix[1:2] == bytes((MEI_DEVICE_IDENTIFICATION,)):
        return _identification_length(prefix)
    return None


def _diagnostics_length(prefix: bytes) -> int | None:
    """Every sub-function has 2 bytes of data, but the one that returns any number of them."""
    if len(prefix) < 3 or prefix[1] << 8 | prefix[2] == RETURN_QUERY_DATA:
        return None
    return _DIAGNOSTICS_LENGTH


def _identification_length(prefix: bytes) -> int | None:
    """Each object says how long it is, so the last one's head must have come."""
    if len(prefix) < _IDENTIFICATION_HEAD:
        return None
    length = _IDENTIFICATION_HEAD
    for _ in range(prefix[_IDENTIFICATION_HEAD - 1]):
        if len(prefix) < length + 2:
            return None
        length += 2 + prefix[length + 1]
    return length
