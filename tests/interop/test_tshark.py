"""What we put on the wire is what tshark, the reference decoder, reads from it, field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from port502.client import SyncClient
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
    ReportServerIdRequest,
    ReportServerIdResponse,
)
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    ReadFileRecordResponse,
    WriteFileRecordRequest,
    WriteFileRecordResponse,
)
from port502.protocol.identification import (
    ReadDeviceIdentificationRequest,
    ReadDeviceIdentificationResponse,
)
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import ExceptionResponse, Request, Response
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    MaskWriteRegisterResponse,
    ReadFifoQueueRequest,
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
from port502.protocol.words import data_of
from tests.interop.our_device import serve
from tests.peers import known, libmodbus, tshark

pytestmark = pytest.mark.interop

Fields = dict[str, str | list[str]]

WORDS = data_of([0x1234, 0xFFFF, 0])
RECORD = FileRecordWrite(4, 7, data_of([0x06AF, 0x04BE, 0x100D]))
OBJECTS = {0: b"Acme", 1: b"B200", 2: b"1.4"}

EXCHANGES: list[tuple[Request[Any], Fields, Response, Fields]] = [
    (
        ReadCoilsRequest(0x13, 19),
        {"modbus.reference_num": "19", "modbus.bit_cnt": "19"},
        ReadCoilsResponse.from_bits([True] * 16 + [False, True, True]),
        {"modbus.byte_cnt": "3", "modbus.bitval": ["1"] * 16 + ["0", "1", "1"]},
    ),
    (
        ReadDiscreteInputsRequest(0xFFF8, 8),
        {"modbus.reference_num": "65528", "modbus.bit_cnt": "8"},
        ReadDiscreteInputsResponse.from_bits([False, True] * 4),
        {"modbus.byte_cnt": "1", "modbus.bitval": ["0", "1"] * 4},
    ),
    (
        ReadHoldingRegistersRequest(107, 3),
        {"modbus.reference_num": "107", "modbus.word_cnt": "3"},
        ReadHoldingRegistersResponse(WORDS),
        {"modbus.byte_cnt": "6", "modbus.regval_uint16": ["4660", "65535", "0"]},
    ),
    (
        ReadInputRegistersRequest(0, 125),
        {"modbus.reference_num": "0", "modbus.word_cnt": "125"},
        ReadInputRegistersResponse(bytes(250)),
        {"modbus.byte_cnt": "250", "modbus.regval_uint16": ["0"] * 125},
    ),
    (
        WriteSingleCoilRequest(172, True),
        {"modbus.reference_num": "172", "modbus.data": "ff00"},
        WriteSingleCoilResponse(172, True),
        {"modbus.reference_num": "172", "modbus.data": "ff00"},
    ),
    (
        WriteSingleRegisterRequest(1, 3),
        {"modbus.reference_num": "1", "modbus.data": "0003"},
        WriteSingleRegisterResponse(1, 3),
        {"modbus.reference_num": "1", "modbus.data": "0003"},
    ),
    (
        WriteMultipleCoilsRequest.from_bits(
            19, [True, False, True, True, False, False, True, True, True, False]
        ),
        {"modbus.reference_num": "19", "modbus.bit_cnt": "10", "modbus.byte_cnt": "2"},
        WriteMultipleCoilsResponse(19, 10),
        {"modbus.reference_num": "19", "modbus.bit_cnt": "10"},
    ),
    (
        WriteMultipleRegistersRequest(1, WORDS),
        {"modbus.reference_num": "1", "modbus.word_cnt": "3", "modbus.byte_cnt": "6"},
        WriteMultipleRegistersResponse(1, 3),
        {"modbus.reference_num": "1", "modbus.word_cnt": "3"},
    ),
    (
        MaskWriteRegisterRequest(4, 0x00F2, 0x0025),
        {"modbus.reference_num": "4", "modbus.and_mask": "0x00f2", "modbus.or_mask": "0x0025"},
        MaskWriteRegisterResponse(4, 0x00F2, 0x0025),
        {"modbus.reference_num": "4", "modbus.and_mask": "0x00f2", "modbus.or_mask": "0x0025"},
    ),
    (
        ReadWriteMultipleRegistersRequest(3, 2, 14, WORDS),
        {
            "modbus.read_reference_num": "3",
            "modbus.read_word_cnt": "2",
            "modbus.write_reference_num": "14",
            "modbus.write_word_cnt": "3",
            "modbus.byte_cnt": "6",
        },
        ReadWriteMultipleRegistersResponse(data_of([254, 2765])),
        {"modbus.byte_cnt": "4"},
    ),
    (
        ReadFifoQueueRequest(1246),
        {"modbus.reference_num": "1246"},
        ExceptionResponse(24, 1),
        {"modbus.exception_code": "1"},
    ),
    (ReadExceptionStatusRequest(), {}, ReadExceptionStatusResponse(0x6D), {}),
    (
        DiagnosticsRequest(0, b"\xa5\x37"),
        {"modbus.diagnostic_code": "0"},
        DiagnosticsResponse(0, b"\xa5\x37"),
        {"modbus.diagnostic_code": "0"},
    ),
    (GetCommEventCounterRequest(), {}, GetCommEventCounterResponse(0xFFFF, 264), {"modbus.ev_count": "264"}),
    (
        GetCommEventLogRequest(),
        {},
        GetCommEventLogResponse(0, 264, 289, b"\x20\x00"),
        {"modbus.ev_count": "264", "modbus.ev_msg_count": "289", "modbus.byte_cnt": "8"},
    ),
    (ReportServerIdRequest(), {}, ReportServerIdResponse(b"\x07\xffB200"), {"modbus.data": "0607ff42323030"}),
    (
        ReadFileRecordRequest([FileRecordRead(4, 1, 2), FileRecordRead(3, 9, 2)]),
        {"modbus.byte_cnt": "14", "modbus.reference_type": ["6", "6"], "modbus.word_cnt": ["2", "2"]},
        ReadFileRecordResponse([b"\x0d\xfe\x00\x20", b"\x33\xcd\x00\x40"]),
        {"modbus.reference_type": ["6", "6"]},
    ),
    (
        WriteFileRecordRequest([RECORD]),
        {"modbus.byte_cnt": "13", "modbus.reference_type": "6", "modbus.word_cnt": "3"},
        WriteFileRecordResponse([RECORD]),
        {"modbus.byte_cnt": "13", "modbus.reference_type": "6", "modbus.word_cnt": "3"},
    ),
    (
        ReadDeviceIdentificationRequest(1, 0),
        {"modbus.mei": "14", "modbus.read_device_id": "1", "modbus.object_id": "0"},
        ReadDeviceIdentificationResponse(1, 0x81, False, 0, OBJECTS),
        {
            "modbus.mei": "14",
            "modbus.conformity_level": "0x81",
            "modbus.more_follows": "0x00",
            "modbus.num_objects": "3",
            "modbus.object_id": ["0", "1", "2"],
            "modbus.object_str_value": ["Acme", "B200", "1.4"],
        },
    ),
]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[tshark.Record]:
    """tshark's reading of every exchange above, each message in a segment of its own."""
    framing = MbapFraming()
    segments = []
    for number, (request, _, response, _) in enumerate(EXCHANGES):
        segments.append((True, framing.encode(0x1000 + number, 17, request.encode())))
        segments.append((False, framing.encode(0x1000 + number, 17, response.encode())))
    return tshark.decode_bytes(tmp_path_factory.mktemp("capture"), segments)


def check(record: tshark.Record, number: int, function: int, expected: Fields) -> None:
    assert record["mbtcp.trans_id"] == [str(0x1000 + number)]
    assert record["mbtcp.prot_id"] == ["0"]
    assert record["mbtcp.unit_id"] == ["17"]
    assert record["modbus.func_code"] == [str(function)]
    assert record["_ws.expert.message"] in ([], ["Exception returned "]), record["_ws.expert.message"]
    for field, value in expected.items():
        assert record[field] == (value if isinstance(value, list) else [value]), field


@pytest.mark.parametrize(
    "number", range(len(EXCHANGES)), ids=lambda number: type(EXCHANGES[number][0]).__name__
)
def test_tshark_reads_the_request_and_the_response(records: list[tshark.Record], number: int) -> None:
    request, asked, _, answered = EXCHANGES[number]
    check(records[2 * number], number, request.function, asked)
    check(records[2 * number + 1], number, request.function, answered)


@pytest.mark.slow
def test_tshark_reads_a_live_conversation_of_our_client(tmp_path: Path) -> None:
    with (
        libmodbus.Server.tcp() as server,
        tshark.capturing(tmp_path, server.port) as capture,
        SyncClient(f"tcp://127.0.0.1:{server.port}", unit=9) as client,
    ):
        client.read_holding_registers(5, 120)
        client.write_registers(7, known.LIMITS)
        client.read_write_registers(0, 2, 1, [7])
    port = server.port
    sent = [record for record in tshark.decode(capture, port) if record["tcp.srcport"] != [str(port)]]
    assert [record["modbus.func_code"] for record in sent] == [["3"], ["16"], ["23"]]
    assert all(record["mbtcp.unit_id"] == ["9"] for record in sent)
    assert len({record["mbtcp.trans_id"][0] for record in sent}) == 3
    assert sent[0]["modbus.word_cnt"] == ["120"]
    assert sent[1]["modbus.regval_uint16"] == [str(value) for value in known.LIMITS]


@pytest.mark.slow
def test_tshark_finds_no_fault_in_what_our_server_answers(tmp_path: Path) -> None:
    with (
        serve() as served,
        tshark.capturing(tmp_path, served.port) as capture,
        libmodbus.Client.tcp(served.port, unit=1) as client,
    ):
        client.read_holding_registers(0, 125)
        client.read_coils(0, 2000)
        with pytest.raises(libmodbus.LibmodbusError):
            client.read_input_registers(known.REGISTERS, 1)
    port = served.port
    replies = [record for record in tshark.decode(capture, port) if record["tcp.srcport"] == [str(port)]]
    assert [record["modbus.func_code"] for record in replies] == [["3"], ["1"], ["4"]]
    assert replies[0]["modbus.regval_uint16"] == [str(value) for value in known.HOLDING_REGISTERS[:125]]
    assert replies[1]["modbus.bitval"] == [str(int(value)) for value in known.COILS[:2000]]
    assert replies[2]["modbus.exception_code"] == ["2"]
