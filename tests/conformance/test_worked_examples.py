"""The worked examples of the documents, byte for byte."""

from __future__ import annotations

import pytest

from port502.errors import IllegalDataAddressError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadCoilsResponse,
    ReadDiscreteInputsRequest,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsRequest,
    WriteMultipleCoilsResponse,
    WriteSingleCoilRequest,
    WriteSingleCoilResponse,
)
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    DiagnosticsResponse,
    GetCommEventCounterRequest,
    GetCommEventCounterResponse,
    GetCommEventLogRequest,
    GetCommEventLogResponse,
    ReadExceptionStatusRequest,
    ReadExceptionStatusResponse,
)
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    ReadFileRecordResponse,
    WriteFileRecordRequest,
    WriteFileRecordResponse,
)
from port502.protocol.framing import Frame, Framing
from port502.protocol.identification import ReadDeviceIdentificationRequest, ReadDeviceIdentificationResponse
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import ExceptionResponse, Message
from port502.protocol.pdu import decode_request, decode_response
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    MaskWriteRegisterResponse,
    ReadFifoQueueRequest,
    ReadFifoQueueResponse,
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    ReadWriteMultipleRegistersRequest,
    ReadWriteMultipleRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)
from port502.protocol.rtu import RtuFraming
from port502.protocol.words import data_of
from tests.vectors import Exchange, Printed, exchanges, frames

COILS_20_TO_38 = [bool(int(bit)) for bit in "1011001111010110101"]
INPUTS_197_TO_218 = [bool(int(bit)) for bit in "0011010111011011101011"]
GROUP = FileRecordWrite(4, 7, data_of([0x06AF, 0x04BE, 0x100D]))
TEXTS = {0: b"Company identification", 1: b"Product code XX", 2: b"V2.11"}

MEANINGS: dict[str, tuple[Message, Message]] = {
    "6.1": (ReadCoilsRequest(19, 19), ReadCoilsResponse.from_bits(COILS_20_TO_38)),
    "6.2": (ReadDiscreteInputsRequest(196, 22), ReadDiscreteInputsResponse.from_bits(INPUTS_197_TO_218)),
    "6.3": (ReadHoldingRegistersRequest(107, 3), ReadHoldingRegistersResponse(data_of([555, 0, 100]))),
    "6.4": (ReadInputRegistersRequest(8, 1), ReadInputRegistersResponse(data_of([10]))),
    "6.5": (WriteSingleCoilRequest(172, True), WriteSingleCoilResponse(172, True)),
    "6.6": (WriteSingleRegisterRequest(1, 3), WriteSingleRegisterResponse(1, 3)),
    "6.7": (ReadExceptionStatusRequest(), ReadExceptionStatusResponse(0x6D)),
    "6.8": (DiagnosticsRequest(0, b"\xa5\x37"), DiagnosticsResponse(0, b"\xa5\x37")),
    "6.9": (GetCommEventCounterRequest(), GetCommEventCounterResponse(0xFFFF, 264)),
    "6.10": (GetCommEventLogRequest(), GetCommEventLogResponse(0, 264, 289, b"\x20\x00")),
    "6.11": (
        WriteMultipleCoilsRequest.from_bits(
            19, [True, False, True, True, False, False, True, True, True, False]
        ),
        WriteMultipleCoilsResponse(19, 10),
    ),
    "6.12": (
        WriteMultipleRegistersRequest.from_registers(1, [0x000A, 0x0102]),
        WriteMultipleRegistersResponse(1, 2),
    ),
    "6.14": (
        ReadFileRecordRequest([FileRecordRead(4, 1, 2), FileRecordRead(3, 9, 2)]),
        ReadFileRecordResponse([data_of([0x0DFE, 0x0020]), data_of([0x33CD, 0x0040])]),
    ),
    "6.15": (WriteFileRecordRequest([GROUP]), WriteFileRecordResponse([GROUP])),
    "6.16": (MaskWriteRegisterRequest(4, 0xF2, 0x25), MaskWriteRegisterResponse(4, 0xF2, 0x25)),
    "6.17": (
        ReadWriteMultipleRegistersRequest.from_registers(3, 6, 14, [255, 255, 255]),
        ReadWriteMultipleRegistersResponse(data_of([254, 2765, 1, 3, 13, 255])),
    ),
    "6.18": (ReadFifoQueueRequest(1246), ReadFifoQueueResponse(data_of([440, 4740]))),
    "6.21": (ReadDeviceIdentificationRequest(1, 0), ReadDeviceIdentificationResponse(1, 1, False, 0, TEXTS)),
    "7": (ReadCoilsRequest(1185, 1), ExceptionResponse(1, 2)),
}


@pytest.mark.parametrize("exchange", exchanges(), ids=str)
def test_application_protocol_example(exchange: Exchange) -> None:
    """Application Protocol V1.1b3, the clause of the example: both directions, decoded and encoded."""
    request, response = MEANINGS[exchange.clause]
    assert decode_request(exchange.request) == request
    assert request.encode() == exchange.request
    assert decode_response(exchange.response, decode_request(exchange.request)) == response
    assert response.encode() == exchange.response


def test_application_protocol_6_16_result_of_the_example() -> None:
    """Clause 6.16: 12h under the masks F2h and 25h becomes 17h."""
    assert MaskWriteRegisterRequest(4, 0xF2, 0x25).apply(0x12) == 0x17


def test_application_protocol_7_example_as_an_error() -> None:
    """Clause 7: a client sees the example's exception as an error of its class."""
    with pytest.raises(IllegalDataAddressError, match="exception 2"):
        ReadCoilsRequest(1185, 1).decode_response(bytes.fromhex("81 02"))


@pytest.mark.parametrize("printed", frames(), ids=str)
def test_printed_frame(printed: Printed) -> None:
    """The frame decodes to its content, and its content encodes to the frame."""
    framing: Framing
    if printed.framing == "mbap":
        framing = MbapFraming()
    elif printed.framing == "ascii":
        framing = AsciiFraming()
    else:
        framing = RtuFraming("server" if printed.role == "server" else "client")
    assert framing.receive(printed.frame) == [Frame(printed.transaction_id, printed.unit, printed.pdu)]
    assert framing.encode(printed.transaction_id, printed.unit, printed.pdu) == printed.frame
