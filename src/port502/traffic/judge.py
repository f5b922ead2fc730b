"""What is wrong with a message, told from its bytes and from the request that it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from port502.errors import DeviceError, ReplyError
from port502.protocol.checksum import crc16
from port502.protocol.codes import ADDRESS_SPACE, MAX_PDU, MAX_READ_BITS, MAX_READ_REGISTERS
from port502.protocol.lookalike import looks_like
from port502.protocol.mbap import MAX_LENGTH, MIN_LENGTH
from port502.protocol.pdu import decode_request, decode_response

if TYPE_CHECKING:
    from port502.traffic.message import Message

_HEAD = 6
_LEAST = 9
_READ = 12


def faults(message: Message) -> tuple[str, ...]:
    """Sentences on what is wrong; none where all is well, and never an error."""
    if is_plain_read(message):
        return ()
    framing = _framing(message)
    if framing or not message.is_modbus:
        return framing
    pdu = message.pdu
    if any(note.startswith("cut") for note in message.notes):
        return ()
    try:
        if message.way.asks:
            decode_request(pdu)
        else:
            request = message.request
            asked = None
            if request is not None and request.function is not None:
                try:
                    asked = decode_request(request.pdu)
                except DeviceError:
                    # What answers a broken request is judged by itself.
                    asked = None
            decode_response(pdu, asked)
    except (DeviceError, ReplyError) as error:
        return (str(error),)
    return ()


def is_plain_read(message: Message) -> bool:
    """Whether it is a read in MBAP, or the registers that answer one, and right in every number: most messages are."""
    adu, way = message.adu, message.way
    if (
        way.framing != "mbap"
        or len(adu) < _LEAST
        or adu[2]
        or adu[3]
        or (adu[4] << 8 | adu[5]) + _HEAD != len(adu)
    ):
        return False
    function = adu[7]
    if not 1 <= function <= 4:
        return False
    if way.asks:
        if len(adu) != _READ:
            return False
        count = adu[10] << 8 | adu[11]
        most = MAX_READ_BITS if function < 3 else MAX_READ_REGISTERS
        return 0 < count <= most and (adu[8] << 8 | adu[9]) + count <= ADDRESS_SPACE
    request, size = message.request, adu[8]
    if (
        function < 3
        or request is None
        or size + _LEAST != len(adu)
        or not 2 <= size <= 2 * MAX_READ_REGISTERS
    ):
        return False
    asked = request.adu
    return len(asked) == _READ and asked[7] == function and size == 2 * (asked[10] << 8 | asked[11])


def _framing(message: Message) -> tuple[str, ...]:
    adu = message.adu
    if message.way.framing == "rtu":
        return () if crc16(adu) == 0 else (f"CRC {adu[-2:].hex(' ')} is not that of its bytes",)
    if len(adu) < 8:
        return (f"{len(adu)} bytes are no Modbus TCP message",)
    protocol, length = adu[2] << 8 | adu[3], adu[4] << 8 | adu[5]
    if protocol:
        resemblance = looks_like(adu)
        hint = f"; looks like {resemblance}" if resemblance else ""
        return (f"protocol id {protocol:#06x} instead of 0{hint}",)
    if length < MIN_LENGTH:
        return (f"length {length} is too small: unit id and function code are {MIN_LENGTH} bytes",)
    if length > MAX_LENGTH:
        return (f"length {length} is beyond {MAX_LENGTH}: a PDU has at most {MAX_PDU} bytes",)
    return ()
