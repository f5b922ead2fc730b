"""Serial-line diagnostics of a device: functions 7, 8, 11 and 12, listen-only mode and restart.

Application Protocol V1.1b3, clauses 6.7-6.10. Restart, listen-only mode and clearing are remote off switches:
they are refused unless the device was made to allow them.
"""

from __future__ import annotations

from typing import TypeAlias

from port502.errors import DeviceError, IllegalFunctionError, UsageError
from port502.protocol.codes import (
    CHANGE_ASCII_DELIMITER,
    CLEAR_COUNTERS,
    CLEAR_OVERRUN,
    DIAGNOSTICS,
    FORCE_LISTEN_ONLY,
    RESTART_COMMUNICATIONS,
    RETURN_BUS_ERROR_COUNT,
    RETURN_BUS_EXCEPTION_COUNT,
    RETURN_BUS_MESSAGE_COUNT,
    RETURN_BUS_OVERRUN_COUNT,
    RETURN_DIAGNOSTIC_REGISTER,
    RETURN_SERVER_BUSY_COUNT,
    RETURN_SERVER_MESSAGE_COUNT,
    RETURN_SERVER_NAK_COUNT,
    RETURN_SERVER_NO_RESPONSE_COUNT,
)
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    DiagnosticsResponse,
    GetCommEventCounterRequest,
    GetCommEventCounterResponse,
    GetCommEventLogRequest,
    GetCommEventLogResponse,
)
from port502.protocol.message import ExceptionResponse, Response
from port502.service.call import Reply
from port502.service.counters import Counters

DiagnosisRequest: TypeAlias = DiagnosticsRequest | GetCommEventCounterRequest | GetCommEventLogRequest

_CLEAR_LOG_TOO = b"\xff\x00"
_BUSY = 0xFFFF

_COUNTERS = {
    RETURN_BUS_MESSAGE_COUNT: "bus_messages",
    RETURN_BUS_ERROR_COUNT: "bus_errors",
    RETURN_BUS_EXCEPTION_COUNT: "exceptions",
    RETURN_SERVER_MESSAGE_COUNT: "server_messages",
    RETURN_SERVER_NO_RESPONSE_COUNT: "no_responses",
    RETURN_SERVER_NAK_COUNT: "naks",
    RETURN_SERVER_BUSY_COUNT: "busy",
    RETURN_BUS_OVERRUN_COUNT: "overruns",
}


class Diagnosis:
    """The diagnostic state of a device, and the answers made of it.

    ``register`` is the diagnostic register (0-65535), ``busy`` the status word of functions 11 and 12,
    ``delimiter`` the end of frame that a client set for ASCII lines, ``listen_only`` whether the device is
    silent until it is restarted.
    """

    def __init__(self, counters: Counters, *, allow_restart: bool = False, allow_clear: bool = False) -> None:
        self.counters = counters
        self.listen_only = False
        self.busy = False
        self.delimiter = b"\n"
        self._register = 0
        self._refused = set()
        if not allow_restart:
            self._refused |= {RESTART_COMMUNICATIONS, FORCE_LISTEN_ONLY}
        if not allow_clear:
            self._refused.add(CLEAR_COUNTERS)

    @property
    def register(self) -> int:
        """The diagnostic register (8/2), 0-65535; what its bits mean is the device's own affair."""
        return self._register

    @register.setter
    def register(self, value: int) -> None:
        if not 0 <= value <= 0xFFFF:
            raise UsageError(f"the diagnostic register holds 0-65535, got {value}")
        self._register = value

    def answer(self, request: DiagnosisRequest) -> Reply:
        """Carry out and count a request; None when it is not to be answered.

        The request counts as received before it is carried out, so that it is in what it asks for; a reset
        comes after it is counted, so that counting starts at zero.
        """
        counters = self.counters
        counters.received()
        try:
            reply = self._carry_out(request)
        except DeviceError as error:
            counters.sent(error.code)
            return ExceptionResponse(request.function, error.code)
        if reply is None:
            counters.listen_only()
            return None
        counters.sent(event=isinstance(request, DiagnosticsRequest))
        if isinstance(request, DiagnosticsRequest):
            self._reset(request)
        return reply

    def overhear(self, request: object) -> None:
        """Listen-only mode: a restart ends it, everything else is noted only; nothing is answered."""
        self.counters.overheard()
        if isinstance(request, DiagnosticsRequest) and request.sub_function == RESTART_COMMUNICATIONS:
            self._reset(request)

    def _carry_out(self, request: DiagnosisRequest) -> Response | None:
        counters = self.counters
        status = _BUSY if self.busy else 0
        if isinstance(request, GetCommEventCounterRequest):
            return GetCommEventCounterResponse(status, counters.events & 0xFFFF)
        if isinstance(request, GetCommEventLogRequest):
            return GetCommEventLogResponse(
                status, counters.events & 0xFFFF, counters.bus_messages & 0xFFFF, counters.log()
            )
        return self._diagnose(request)

    def _diagnose(self, request: DiagnosticsRequest) -> Response | None:
        sub_function, data = request.sub_function, request.data
        if sub_function in self._refused:
            raise IllegalFunctionError(DIAGNOSTICS)
        if sub_function in _COUNTERS:
            count: int = getattr(self.counters, _COUNTERS[sub_function])
            return DiagnosticsResponse(sub_function, (count & 0xFFFF).to_bytes(2, "big"))
        if sub_function == RETURN_DIAGNOSTIC_REGISTER:
            return DiagnosticsResponse(sub_function, self.register.to_bytes(2, "big"))
        if sub_function == FORCE_LISTEN_ONLY:
            self.listen_only = True
            return None
        if sub_function == CHANGE_ASCII_DELIMITER:
            self.delimiter = data[:1]
        elif sub_function == CLEAR_OVERRUN:
            self.counters.clear_overruns()
        return DiagnosticsResponse(sub_function, data)

    def _reset(self, request: DiagnosticsRequest) -> None:
        if request.sub_function == RESTART_COMMUNICATIONS:
            self.listen_only = False
            self.counters.restart(clear_log=request.data == _CLEAR_LOG_TOO)
        elif request.sub_function == CLEAR_COUNTERS:
            self.register = 0
            self.counters.clear()
