"""How many bytes an exchange puts on a serial wire, and how long they take there."""

from __future__ import annotations

from typing import Any, Final

from port502.protocol.bit_access import ReadCoilsRequest, ReadDiscreteInputsRequest
from port502.protocol.message import Request
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
)
from port502.protocol.timing import ASCII_BITS, RTU_BITS, frame_time, t3_5
from port502.transport.url import Target

UNKNOWN_BAUD: Final = 9600
"""What the line behind a serial server is taken for, whose baud rate nobody tells."""

_UNKNOWN_REPLY: Final = 64
_SHORT_REPLY: Final = 8
_ANSWERED_SHORTLY: Final = frozenset({5, 6, 7, 8, 11, 15, 16, 22})


class WireTime:
    """The time that frames take on one line, in seconds; ``gap`` is the silence between two of them."""

    def __init__(self, target: Target) -> None:
        self._is_ascii = target.scheme == "ascii"
        self._bits = ASCII_BITS if self._is_ascii else RTU_BITS
        self._baud = target.serial.baud if target.is_serial else UNKNOWN_BAUD
        self.gap = 0.0 if self._is_ascii or not target.is_serial else t3_5(self._baud)

    def of(self, pdu: int) -> float:
        """How long the frame around a PDU of so many bytes is on the wire."""
        # RTU: unit and CRC; ASCII: colon, two digits for each byte of unit, PDU and LRC, CR LF.
        characters = 2 * (pdu + 2) + 3 if self._is_ascii else pdu + 3
        return frame_time(characters, self._baud, self._bits)


def reply_size(request: Request[Any]) -> int:
    """How many bytes the PDU of the reply to a request has; a guess where only the device knows."""
    match request:
        case ReadHoldingRegistersRequest() | ReadInputRegistersRequest():
            return 2 + 2 * request.quantity
        case ReadCoilsRequest() | ReadDiscreteInputsRequest():
            return 2 + (request.quantity + 7) // 8
        case ReadWriteMultipleRegistersRequest():
            return 2 + 2 * request.read_quantity
    return _SHORT_REPLY if request.function in _ANSWERED_SHORTLY else _UNKNOWN_REPLY
