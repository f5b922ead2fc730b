"""What the bytes of a stream are: Modbus in one of its framings, TLS, or something else."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from port502.protocol.checksum import crc16
from port502.protocol.codes import EXCEPTION_BIT, FUNCTION_NAMES
from port502.protocol.lengths import request_length, response_length
from port502.protocol.mbap import MAX_LENGTH, MIN_LENGTH

HEAD: Final = 6
"""Bytes of an MBAP header before the length begins to count."""

OVERSIZE: Final = 1460
"""The largest length that is taken for a message at all, where one segment or more hold exactly that."""

_TLS_RECORDS: Final = frozenset({0x14, 0x15, 0x16, 0x17})
_RTU_OVERHEAD: Final = 3
_SHORTEST_RTU: Final = 4
_LONGEST_RTU: Final = 256


class Recognised(NamedTuple):
    """Modbus by its content: the framing, and whether it asks or answers where that can be told."""

    framing: Literal["mbap", "rtu"]
    asks: bool | None


def is_tls(data: bytes) -> bool:
    """Whether these bytes begin a record of TLS 1.0 to 1.3."""
    return len(data) >= 3 and data[0] in _TLS_RECORDS and data[1] == 3 and 1 <= data[2] <= 4


def may_begin(data: bytes) -> bool:
    """Whether a Modbus TCP message may begin here: as much of a header as there is could be one."""
    if len(data) >= 4 and (data[2] or data[3]):
        return False
    return len(data) < HEAD or MIN_LENGTH <= data[4] << 8 | data[5] <= MAX_LENGTH


def is_chain(data: bytes) -> bool:
    """Whether these bytes are whole messages one behind the other, and at most the beginning of another."""
    at = 0
    while len(data) - at >= HEAD:
        if not may_begin(data[at : at + HEAD]):
            return False
        at += HEAD + (data[at + 4] << 8 | data[at + 5])
    return at > 0 and may_begin(data[at:])


def recognise(data: bytes) -> Recognised | None:
    """Modbus on a port where nobody expects it: only what is whole, and right in every length, is taken for it.

    A right checksum tells more than right lengths: unit 1 asked for registers 0 and 1 is a whole MBAP message too.
    """
    return _rtu(data) or _mbap(data)


def rtu_frame(data: bytes, *, asks: bool) -> int | None:
    """The length of the RTU frame that begins here, by its function and its CRC; None when there is none."""
    length = (
        request_length(data[1:_LONGEST_RTU]) if asks else response_length(None, data[1:_LONGEST_RTU])
    ) or 0
    for stop in (length + _RTU_OVERHEAD, len(data)):
        if _SHORTEST_RTU <= stop <= min(len(data), _LONGEST_RTU) and crc16(data[:stop]) == 0:
            return stop
    return None


def _mbap(data: bytes) -> Recognised | None:
    """Whole messages, every one of a known function and of the length that its function has."""
    sides: set[bool] | None = None
    at = 0
    while at < len(data):
        if len(data) - at < 8 or not may_begin(data[at : at + HEAD]):
            return None
        stop = at + HEAD + (data[at + 4] << 8 | data[at + 5])
        if stop > len(data):
            return None
        told = _sides(data[at + 7 : stop])
        sides = told if sides is None else sides & told
        if not sides:
            return None
        at = stop
    return None if sides is None else Recognised("mbap", next(iter(sides)) if len(sides) == 1 else None)


def _rtu(data: bytes) -> Recognised | None:
    for asks in (True, False):
        length = rtu_frame(data, asks=asks)
        if length is not None:
            sides = _sides(data[1 : length - 2])
            if asks in sides:
                return Recognised("rtu", asks if len(sides) == 1 else None)
    return None


def _sides(pdu: bytes) -> set[bool]:
    """Which sides could have sent this PDU: True for the one who asks."""
    if pdu[0] & ~EXCEPTION_BIT not in FUNCTION_NAMES:
        return set()
    sides = set()
    if request_length(pdu) == len(pdu):
        sides.add(True)
    if response_length(None, pdu) == len(pdu):
        sides.add(False)
    return sides
