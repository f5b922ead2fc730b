"""Bytes to the message they are, for servers, for clients, and for decoders that know neither side."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from port502.errors import DeviceError
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from port502.protocol.codes import (
    ENCAPSULATED_INTERFACE,
    EXCEPTION_BIT,
    MAX_PDU,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
)
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    GetCommEventCounterRequest,
    GetCommEventLogRequest,
    ReadExceptionStatusRequest,
    ReportServerIdRequest,
)
from port502.protocol.files import ReadFileRecordRequest, WriteFileRecordRequest
from port502.protocol.identification import (
    CanopenResponse,
    ReadDeviceIdentificationResponse,
    decode_encapsulated,
)
from port502.protocol.lengths import request_length, response_length
from port502.protocol.message import (
    ExceptionResponse,
    RawRequest,
    RawResponse,
    Request,
    Response,
    illegal_value,
    reply_error,
)
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadFifoQueueRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

__all__ = ["decode_request", "decode_response", "request_length", "response_length", "understood"]

_REQUEST_TYPES: tuple[type[Request[Any]], ...] = (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteSingleCoilRequest,
    WriteSingleRegisterRequest,
    ReadExceptionStatusRequest,
    DiagnosticsRequest,
    GetCommEventCounterRequest,
    GetCommEventLogRequest,
    WriteMultipleCoilsRequest,
    WriteMultipleRegistersRequest,
    ReportServerIdRequest,
    ReadFileRecordRequest,
    WriteFileRecordRequest,
    MaskWriteRegisterRequest,
    ReadWriteMultipleRegistersRequest,
    ReadFifoQueueRequest,
)

_request_decoders: list[Callable[[bytes], Request[Any]]] = [RawRequest.decode] * 256
_response_types: list[type[Response]] = [RawResponse] * 256
for _type in _REQUEST_TYPES:
    _request_decoders[_type.function] = _type.decode
    _response_types[_type.function] = _type.response_type
_request_decoders[ENCAPSULATED_INTERFACE] = decode_encapsulated
_encapsulated_types: dict[int, type[Response]] = {
    MEI_CANOPEN: CanopenResponse,
    MEI_DEVICE_IDENTIFICATION: ReadDeviceIdentificationResponse,
}


def decode_request(pdu: bytes | memoryview) -> Request[Any]:
    """The request in a PDU; a function code without a class of its own becomes a RawRequest.

    Raises the DeviceError that answers a malformed request, checked in the order of the specification:
    function (01), structure and quantity (03), address (02) (Application Protocol V1.1b3, clause 4.5).
    """
    if type(pdu) is not bytes:
        pdu = bytes(pdu)
    if not 1 <= len(pdu) <= MAX_PDU:
        raise illegal_value(pdu[0] if pdu else 0, f"a PDU has 1-{MAX_PDU} bytes", pdu)
    return _request_decoders[pdu[0]](pdu)


def understood(request: Request[Any]) -> Request[Any]:
    """A request of raw bytes as the function it is, where its bytes make sense; else the request itself."""
    if isinstance(request, RawRequest):
        with suppress(DeviceError):
            return decode_request(request.encode())
    return request


def decode_response(pdu: bytes | memoryview, request: Request[Any] | None = None) -> Response:
    """The response or ExceptionResponse in a PDU, checked against its request when that is known.

    Raises ReplyError. Where a client wants refusals as errors, it asks ``Request.decode_response`` instead.
    """
    data = bytes(pdu)
    if not 1 <= len(data) <= MAX_PDU:
        raise reply_error(data[0] if data else 0, f"1-{MAX_PDU} bytes", data)
    function = data[0]
    if request is not None:
        if function == request.function | EXCEPTION_BIT != request.function:
            return ExceptionResponse.decode(data)
        response: Response = request.decode_response(data)
        return response
    if function >= EXCEPTION_BIT:
        return ExceptionResponse.decode(data)
    if function == ENCAPSULATED_INTERFACE:
        return _encapsulated_types.get(data[1] if len(data) > 1 else 0, RawResponse).decode(data)
    return _response_types[function].decode(data)
