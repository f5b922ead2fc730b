"""One request and what came of it, byte by byte: a reply taken apart by somebody who expects the worst."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from port502.errors import Port502Error
from port502.protocol.checksum import crc16
from port502.protocol.codes import EXCEPTION_BIT
from port502.protocol.lengths import response_length
from port502.protocol.lookalike import looks_like
from port502.protocol.message import Request
from port502.transport.probe.tcp_info import TcpInfo

_HEADER = 7
_SHORTEST = 8
_SHORTEST_RTU = 5


class Answer(StrEnum):
    """What came back."""

    REPLY = "reply"
    EXCEPTION = "exception"
    SILENT = "silence"
    LOST = "lost on the way"
    CLOSED = "connection closed"
    RESET = "connection reset"
    ECHO = "the request itself"
    FOREIGN = "another protocol"
    CRC_TAIL = "a reply with a serial checksum behind it"
    LENGTH = "a reply whose length is wrong"
    OTHER_ID = "a reply with another transaction id"
    OTHER_UNIT = "a reply of another unit id"
    MALFORMED = "a reply that does not fit the request"


ANSWERED = frozenset((Answer.REPLY, Answer.EXCEPTION))
"""The answers of a device that works as it should, also when it says no."""

BENT = frozenset((Answer.CRC_TAIL, Answer.OTHER_ID, Answer.OTHER_UNIT))
"""Answers in which the values can be read all the same."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer; ``took`` seconds, ``after`` seconds behind the opening of the connection.

    ``pdu`` is the reply's where one can be found, ``exception`` its code. ``late`` says that the answer came when it
    was given up already; ``strays`` are bytes of replies to other requests that came in its place or before it.
    """

    unit: int
    request: Request[Any]
    sent: bytes
    received: bytes
    answer: Answer
    took: float
    after: float = 0.0
    pdu: bytes = b""
    exception: int = 0
    got_id: int | None = None
    got_unit: int | None = None
    note: str = ""
    info: TcpInfo | None = None
    late: bool = False
    strays: bytes = b""

    @property
    def sent_id(self) -> int:
        """The transaction id of the request."""
        return int.from_bytes(self.sent[:2], "big")

    @property
    def answered(self) -> bool:
        """Whether a device answered as the protocol asks, if only with an exception."""
        return self.answer in ANSWERED

    @property
    def alive(self) -> bool:
        """Whether anything came that a Modbus device may have sent."""
        return self.answered or self.answer in BENT or self.answer in (Answer.LENGTH, Answer.MALFORMED)

    @property
    def device_answered(self) -> bool:
        """Whether a device, rather than a gateway in its place, answered."""
        return self.answered and self.exception not in (0x0A, 0x0B)

    @property
    def registers(self) -> tuple[int, ...]:
        """The registers of a reply to a read of registers; none for anything else."""
        if self.answer is Answer.EXCEPTION or self.request.function not in (3, 4) or len(self.pdu) < 2:
            return ()
        data = self.pdu[2 : 2 + self.pdu[1]]
        return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2))


@dataclass(frozen=True, slots=True)
class Taken:
    """A reply taken apart."""

    answer: Answer
    pdu: bytes = b""
    exception: int = 0
    got_id: int | None = None
    got_unit: int | None = None
    note: str = ""


def is_whole(data: bytes) -> bool:
    """Whether bytes are at least one whole frame, or can never become one."""
    if len(data) >= 4 and data[2:4] != b"\0\0":
        return True
    return len(data) >= 6 and len(data) >= 6 + int.from_bytes(data[4:6], "big")


def take_apart(sent: bytes, request: Request[Any], data: bytes) -> Taken:
    """What the bytes that came for a request are."""
    if data == sent:
        return Taken(Answer.ECHO, note="every byte of the request came back")
    resemblance = looks_like(data)
    if len(data) < _SHORTEST or data[2:4] != b"\0\0":
        what = resemblance or "bytes of no protocol that is known here"
        return Taken(Answer.FOREIGN, note=what)
    length = int.from_bytes(data[4:6], "big")
    got_id, unit = int.from_bytes(data[:2], "big"), data[6]
    pdu, rest = data[_HEADER : 6 + length], data[6 + length :]
    wanted = _wanted_length(request, data[_HEADER:])
    if wanted is not None and crc_tail(data[6:], wanted):
        return Taken(
            Answer.CRC_TAIL, data[_HEADER : _HEADER + wanted], 0, got_id, unit, "two bytes are a serial CRC"
        )
    if length < 2 or 6 + length > len(data) or (wanted is not None and len(pdu) != wanted):
        note = f"the header says {length} bytes, {len(data) - 6} came, {(wanted or 0) + 1} are right"
        known = data[_HEADER : _HEADER + wanted] if wanted is not None else pdu
        return Taken(Answer.LENGTH, known, 0, got_id, unit, note)
    if rest and not is_whole(rest):
        return Taken(Answer.LENGTH, pdu, 0, got_id, unit, f"{len(rest)} bytes follow the reply")
    if got_id != int.from_bytes(sent[:2], "big"):
        return Taken(Answer.OTHER_ID, pdu, _exception_of(request, pdu), got_id, unit)
    if unit != sent[6]:
        return Taken(Answer.OTHER_UNIT, pdu, _exception_of(request, pdu), got_id, unit)
    if code := _exception_of(request, pdu):
        return Taken(Answer.EXCEPTION, pdu, code, got_id, unit)
    try:
        request.decode_response(pdu)
    except Port502Error as error:
        return Taken(Answer.MALFORMED, pdu, 0, got_id, unit, str(error))
    return Taken(Answer.REPLY, pdu, 0, got_id, unit)


def crc_tail(message: bytes, wanted: int) -> bool:
    """Whether a unit id and ``wanted`` bytes of PDU are followed by just the checksum of a serial line."""
    end = 1 + wanted
    return len(message) == end + 2 and crc16(message[:end]) == int.from_bytes(message[end:], "little")


def _wanted_length(request: Request[Any], pdu: bytes) -> int | None:
    if pdu[:1] == bytes((request.function | EXCEPTION_BIT,)):
        return 2
    return response_length(request, pdu)


def _exception_of(request: Request[Any], pdu: bytes) -> int:
    return pdu[1] if len(pdu) == 2 and pdu[0] == request.function | EXCEPTION_BIT else 0


def take_apart_rtu(sent: bytes, data: bytes) -> Taken | None:
    """The reply in bytes of a serial framing; None while no frame with a valid checksum is complete."""
    if data == sent:
        return Taken(Answer.ECHO, note="every byte of the request came back")
    if len(data) < _SHORTEST_RTU or crc16(data[:-2]) != int.from_bytes(data[-2:], "little"):
        return None
    unit, pdu = data[0], data[1:-2]
    if unit != sent[0]:
        return Taken(Answer.OTHER_UNIT, pdu, 0, None, unit)
    if len(pdu) == 2 and pdu[0] == sent[1] | EXCEPTION_BIT:
        return Taken(Answer.EXCEPTION, pdu, pdu[1], None, unit)
    if pdu[0] != sent[1]:
        return Taken(Answer.MALFORMED, pdu, 0, None, unit, "another function's reply")
    return Taken(Answer.REPLY, pdu, 0, None, unit)
