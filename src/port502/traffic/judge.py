"""What is wrong with a message, told from its bytes and from the request that it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from port502.errors import DeviceError, ReplyError
from port502.protocol.checksum import crc16
from port502.protocol.codes import MAX_PDU
from port502.protocol.lookalike import looks_like
from port502.protocol.mbap import MAX_LENGTH, MIN_LENGTH
from port502.protocol.pdu import decode_request, decode_response

if TYPE_CHECKING:
    from port502.traffic.message import Message

_HEAD = 6


def faults(message: Message) -> tuple[str, ...]:
    """Sentences on what is wrong; none where all is well, and never an error."""
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
