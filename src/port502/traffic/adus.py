"""Cuts the bytes of one direction into messages: whole ones, the tail of one that is not whole yet, and junk."""

from __future__ import annotations

from typing import Final, TypeAlias

from port502.protocol.lengths import request_length, response_length
from port502.protocol.mbap import MAX_LENGTH, MIN_LENGTH
from port502.traffic.content import HEAD, OVERSIZE, may_begin, rtu_frame
from port502.traffic.stream import Stream

Piece: TypeAlias = tuple[bytes, bool]
"""An ADU and True, or bytes that are no message and False."""

LONGEST_JUNK: Final = 512
"""Bytes that are kept of what is no Modbus."""

MOST_RTU: Final = 256
_RTU_OVERHEAD: Final = 3
_SEGMENTS_TO_SYNC: Final = 3


def cut(stream: Stream, data: bytes) -> list[Piece]:
    """The messages that these bytes complete; what is left over becomes the stream's tail."""
    if stream.tail:
        data = stream.tail + data
    pieces, rest = (_rtu if stream.way.framing == "rtu" else _mbap)(stream, data)
    stream.tail = rest
    return pieces


def _mbap(stream: Stream, data: bytes) -> tuple[list[Piece], bytes]:
    pieces: list[Piece] = []
    at, size = 0, len(data)
    while size - at >= HEAD:
        length = data[at + 4] << 8 | data[at + 5]
        stop = at + HEAD + length
        if data[at + 2] or data[at + 3] or length < MIN_LENGTH:
            return pieces + _junk(stream, data[at:]), b""
        if length > MAX_LENGTH and not (
            length <= OVERSIZE and stop <= size and may_begin(data[stop : stop + HEAD])
        ):
            return pieces + _junk(stream, data[at:]), b""
        if stop > size:
            break
        pieces.append((data[at:stop], True))
        stream.synced = True
        at = stop
    if at < size and not may_begin(data[at:]):
        return pieces + _junk(stream, data[at:]), b""
    return pieces, data[at:]


def _rtu(stream: Stream, data: bytes) -> tuple[list[Piece], bytes]:
    pieces: list[Piece] = []
    asks = stream.way.asks
    while data:
        stop = rtu_frame(data, asks=asks)
        if stop is None:
            pdu = data[1:MOST_RTU]
            wanted = request_length(pdu) if asks else response_length(None, pdu)
            if len(data) < MOST_RTU and (wanted is None or len(data) < wanted + _RTU_OVERHEAD):
                break
            # A wrong checksum: where the next frame begins is known by the next segment only.
            pieces.append((data[:LONGEST_JUNK], True))
            return pieces, b""
        pieces.append((data[:stop], True))
        data = data[stop:]
    return pieces, data


def _junk(stream: Stream, data: bytes) -> list[Piece]:
    """Bytes that are no message. Before the first message of a stream they may be the end of one, and say nothing."""
    if not stream.synced:
        stream.tries += 1
        if stream.tries < _SEGMENTS_TO_SYNC:
            return []
    return [(data[:LONGEST_JUNK], False)]
