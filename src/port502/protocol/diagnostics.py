"""Diagnostics of a device and its line: functions 7, 8, 11, 12 and 17.

Application Protocol V1.1b3, clauses 6.7-6.10 and 6.13. The specification has them for serial lines only;
many devices answer them on TCP as well.
"""

from __future__ import annotations

from struct import Struct
from typing import Self

from port502.errors import IllegalFunctionError, UsageError
from port502.protocol.codes import (
    CHANGE_ASCII_DELIMITER,
    CHANGING_DIAGNOSTICS,
    DIAGNOSTIC_NAMES,
    DIAGNOSTICS,
    GET_COMM_EVENT_COUNTER,
    GET_COMM_EVENT_LOG,
    MAX_EVENTS,
    MAX_PDU,
    READ_EXCEPTION_STATUS,
    REPORT_SERVER_ID,
    RESTART_COMMUNICATIONS,
    RETURN_QUERY_DATA,
)
from port502.protocol.message import (
    Request,
    Response,
    check_data,
    check_number,
    illegal_value,
    reply_error,
)

_SUB_FUNCTION = Struct(">BH")
_COUNTER = Struct(">BHH")
_LOG = Struct(">BBHHH")
_LOG_COUNTS = 6


class ReadExceptionStatusResponse(Response):
    """Eight exception status outputs, 0-255 (clause 6.7)."""

    __slots__ = ("status",)
    __match_args__ = ("status",)
    function = READ_EXCEPTION_STATUS

    def __init__(self, status: int) -> None:
        check_number("exception status", status, 0, 0xFF)
        self.status = status

    def encode(self) -> bytes:
        """Function code, status."""
        return bytes((READ_EXCEPTION_STATUS, self.status))

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if len(pdu) != 2 or pdu[0] != READ_EXCEPTION_STATUS:
            raise reply_error(READ_EXCEPTION_STATUS, "one byte of status", pdu)
        return cls(pdu[1])


class ReadExceptionStatusRequest(Request[ReadExceptionStatusResponse]):
    """Function 7: reads the eight exception status outputs (clause 6.7)."""

    __slots__ = ()
    function = READ_EXCEPTION_STATUS
    response_type = ReadExceptionStatusResponse


def _data_fault(sub_function: int, data: bytes) -> str | None:
    """What is wrong with the data of a diagnostics request, if anything is."""
    if len(data) < 2 or len(data) % 2 or len(data) > MAX_PDU - 3:
        return f"data must be 2-{MAX_PDU - 3} bytes, an even number"
    if sub_function != RETURN_QUERY_DATA and len(data) != 2:
        return f"sub-function {sub_function} takes 2 bytes of data"
    if sub_function == RESTART_COMMUNICATIONS and data not in (b"\0\0", b"\xff\0"):
        return "restart takes 00 00 or FF 00"
    if sub_function == CHANGE_ASCII_DELIMITER and data[1]:
        return "a delimiter is one character and 00"
    return None


class DiagnosticsResponse(Response):
    """The answer of a sub-function: what was sent, or a counter or register of 2 bytes (clause 6.8)."""

    __slots__ = ("data", "sub_function")
    __match_args__ = ("sub_function", "data")
    function = DIAGNOSTICS

    def __init__(self, sub_function: int, data: bytes) -> None:
        check_number("sub-function", sub_function, 0, 0xFFFF)
        check_data(data, 0, MAX_PDU - 3)
        self.sub_function = sub_function
        self.data = data

    @property
    def value(self) -> int:
        """The data as one number: the counter or register that was asked for."""
        return int.from_bytes(self.data, "big")

    def encode(self) -> bytes:
        """Function code, sub-function, data."""
        return _SUB_FUNCTION.pack(DIAGNOSTICS, self.sub_function) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if not 3 <= len(pdu) <= MAX_PDU or pdu[0] != DIAGNOSTICS:
            raise reply_error(DIAGNOSTICS, "a sub-function and its data", pdu)
        return cls(pdu[1] << 8 | pdu[2], pdu[3:])


class DiagnosticsRequest(Request[DiagnosticsResponse]):
    """Function 8: one of the sub-functions 0-4, 10-18 and 20 with 2 bytes of data (clause 6.8).

    Sub-function 0 takes any even number of bytes up to 250, and returns them.
    """

    __slots__ = ("data", "sub_function")
    __match_args__ = ("sub_function", "data")
    function = DIAGNOSTICS
    response_type = DiagnosticsResponse

    def __init__(self, sub_function: int, data: bytes = b"\0\0") -> None:
        if sub_function not in DIAGNOSTIC_NAMES:
            known = ", ".join(map(str, DIAGNOSTIC_NAMES))
            raise UsageError(f"diagnostics has the sub-functions {known}, got {sub_function!r}")
        check_data(data, 0, MAX_PDU - 3)
        fault = _data_fault(sub_function, data)
        if fault:
            raise UsageError(f"{DIAGNOSTIC_NAMES[sub_function]}: {fault}, got {data.hex(' ') or 'none'}")
        self.sub_function = sub_function
        self.data = data

    @property
    def writes(self) -> bool:
        """Whether the sub-function changes the device instead of returning something."""
        return self.sub_function in CHANGING_DIAGNOSTICS

    def encode(self) -> bytes:
        """Function code, sub-function, data."""
        return _SUB_FUNCTION.pack(DIAGNOSTICS, self.sub_function) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalFunctionError for an unknown sub-function, IllegalDataValueError for the rest."""
        if len(pdu) < 3:
            raise illegal_value(DIAGNOSTICS, "the sub-function is missing", pdu)
        _, sub_function = _SUB_FUNCTION.unpack_from(pdu)
        if sub_function not in DIAGNOSTIC_NAMES:
            raise IllegalFunctionError(DIAGNOSTICS, message=f"diagnostics has no sub-function {sub_function}")
        data = pdu[3:]
        fault = _data_fault(sub_function, data)
        if fault:
            raise illegal_value(DIAGNOSTICS, fault, pdu)
        return cls(sub_function, data)

    def _differs(self, response: Response) -> str | None:
        assert isinstance(response, DiagnosticsResponse)
        if response.sub_function != self.sub_function:
            return f"sub-function {self.sub_function}"
        if self.writes or self.sub_function == RETURN_QUERY_DATA:
            return None if response.data == self.data else f"the echo {self.encode().hex(' ')}"
        return None if len(response.data) == 2 else "2 bytes of data"


class GetCommEventCounterResponse(Response):
    """``status`` FFFF while a program command runs, else 0; ``event_count`` 0-65535 (clause 6.9)."""

    __slots__ = ("event_count", "status")
    __match_args__ = ("status", "event_count")
    function = GET_COMM_EVENT_COUNTER

    def __init__(self, status: int, event_count: int) -> None:
        check_number("status", status, 0, 0xFFFF)
        check_number("event count", event_count, 0, 0xFFFF)
        self.status = status
        self.event_count = event_count

    def encode(self) -> bytes:
        """Function code, status, event count."""
        return _COUNTER.pack(GET_COMM_EVENT_COUNTER, self.status, self.event_count)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if len(pdu) != 5 or pdu[0] != GET_COMM_EVENT_COUNTER:
            raise reply_error(GET_COMM_EVENT_COUNTER, "status and event count", pdu)
        return cls(*_COUNTER.unpack(pdu)[1:])


class GetCommEventCounterRequest(Request[GetCommEventCounterResponse]):
    """Function 11: how many messages the device has completed (clause 6.9)."""

    __slots__ = ()
    function = GET_COMM_EVENT_COUNTER
    response_type = GetCommEventCounterResponse


class GetCommEventLogResponse(Response):
    """The counters of the line and its last 0-64 event bytes, newest first (clause 6.10)."""

    __slots__ = ("event_count", "events", "message_count", "status")
    __match_args__ = ("status", "event_count", "message_count", "events")
    function = GET_COMM_EVENT_LOG

    def __init__(self, status: int, event_count: int, message_count: int, events: bytes) -> None:
        check_number("status", status, 0, 0xFFFF)
        check_number("event count", event_count, 0, 0xFFFF)
        check_number("message count", message_count, 0, 0xFFFF)
        check_data(events, 0, MAX_EVENTS)
        self.status = status
        self.event_count = event_count
        self.message_count = message_count
        self.events = events

    def encode(self) -> bytes:
        """Function code, byte count, status, event count, message count, events."""
        counts = (self.status, self.event_count, self.message_count)
        return _LOG.pack(GET_COMM_EVENT_LOG, _LOG_COUNTS + len(self.events), *counts) + self.events

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError, also for more than 64 events."""
        most = _LOG.size + MAX_EVENTS
        if not _LOG.size <= len(pdu) <= most or pdu[0] != GET_COMM_EVENT_LOG or len(pdu) != pdu[1] + 2:
            raise reply_error(GET_COMM_EVENT_LOG, f"three counts and 0-{MAX_EVENTS} events", pdu)
        _, _, status, event_count, message_count = _LOG.unpack_from(pdu)
        return cls(status, event_count, message_count, pdu[_LOG.size :])


class GetCommEventLogRequest(Request[GetCommEventLogResponse]):
    """Function 12: the counters and the last events of the line (clause 6.10)."""

    __slots__ = ()
    function = GET_COMM_EVENT_LOG
    response_type = GetCommEventLogResponse


class ReportServerIdResponse(Response):
    """Server id, run indicator and more, 0-251 bytes whose layout is the device's own (clause 6.13)."""

    __slots__ = ("data",)
    __match_args__ = ("data",)
    function = REPORT_SERVER_ID

    def __init__(self, data: bytes) -> None:
        check_data(data, 0, MAX_PDU - 2)
        self.data = data

    def run_indicator(self, id_length: int = 1) -> bool | None:
        """Whether the device runs, behind a server id of that many bytes; None when no 00 or FF is there."""
        return {b"\x00": False, b"\xff": True}.get(self.data[id_length : id_length + 1])

    def encode(self) -> bytes:
        """Function code, byte count, data."""
        return bytes((REPORT_SERVER_ID, len(self.data))) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if not 2 <= len(pdu) <= MAX_PDU or pdu[0] != REPORT_SERVER_ID or len(pdu) != pdu[1] + 2:
            raise reply_error(REPORT_SERVER_ID, "a byte count and that many bytes", pdu)
        return cls(pdu[2:])


class ReportServerIdRequest(Request[ReportServerIdResponse]):
    """Function 17: what the device says it is, and whether it runs (clause 6.13)."""

    __slots__ = ()
    function = REPORT_SERVER_ID
    response_type = ReportServerIdResponse
