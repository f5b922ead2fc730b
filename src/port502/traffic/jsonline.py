"""Messages as lines of JSON, quickly: reads that are in order are written out by hand, all others by their record.

What the two ways write is the same, field by field.
"""

from __future__ import annotations

from json import JSONEncoder
from typing import Final

from port502.protocol.codes import FUNCTION_NAMES
from port502.protocol.words import registers_of
from port502.traffic.judge import is_plain_read
from port502.traffic.message import Message
from port502.traffic.moment import time_text
from port502.traffic.record import Place, record_of
from port502.traffic.way import Way

_encode = JSONEncoder(allow_nan=False).encode
_HEAD: Final = 9
_MOST_WAYS: Final = 10_000


class JsonLine:
    """Makes the line of a message; ``place`` is that of ``record_of``."""

    def __init__(self, place: Place | None = None) -> None:
        self._place = place
        self._ends: dict[Way, str] = {}

    def __call__(self, message: Message) -> str:
        """One object in one line, ASCII only, so that no text in it can command a terminal."""
        line = "" if message.notes or self._place is not None else self._quick(message)
        return line or _encode(record_of(message, self._place))

    def _quick(self, message: Message) -> str:
        """A read or its answer that is as it should be; empty for everything else."""
        adu, way = message.adu, message.way
        if way.transport != "tcp" or not is_plain_read(message):
            return ""
        ends = self._ends.get(way)
        if ends is None:
            if len(self._ends) >= _MOST_WAYS:
                self._ends.clear()
            ends = self._ends[way] = (
                f'"src": "{way.src}", "sport": {way.sport}, "dst": "{way.dst}", "dport": {way.dport}'
            )
        function = adu[7]
        what = _asked(adu, function) if way.asks else _answered(adu, message)
        return (
            f'{{"frame": {message.frame}, "time": "{time_text(message.time)}", {ends}, '
            f'"trans_id": {adu[0] << 8 | adu[1]}, "proto_id": 0, "len": {len(adu) - 6}, "unit_id": {adu[6]}, '
            f'"func_code": {function}, "func_name": "{FUNCTION_NAMES[function]}", {what}}}'
        )


def _asked(adu: bytes, function: int) -> str:
    name = "bit_cnt" if function < 3 else "word_cnt"
    count = adu[10] << 8 | adu[11]
    return f'"is_response": false, "reference_num": {adu[8] << 8 | adu[9]}, "{name}": {count}'


def _answered(adu: bytes, message: Message) -> str:
    request = message.request
    if request is None:
        return '"is_response": true'
    return (
        f'"is_response": true, "request_frame": {request.frame}, '
        f'"response_time_ms": {(message.time - request.time) / 1_000_000!r}, '
        f'"byte_cnt": {adu[8]}, "values": {registers_of(adu[_HEAD:])}'
    )
