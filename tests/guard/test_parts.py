from __future__ import annotations

from typing import Any

import pytest

from port502.guard.parts import FILE, parts_of
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from port502.protocol.diagnostics import DiagnosticsRequest, ReportServerIdRequest
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    WriteFileRecordRequest,
)
from port502.protocol.identification import CanopenRequest, ReadDeviceIdentificationRequest
from port502.protocol.message import LongRequest, RawRequest
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadFifoQueueRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)


@pytest.mark.parametrize(
    ("request_", "operation", "table"),
    [
        (ReadCoilsRequest(3, 4), "1", "coil"),
        (ReadDiscreteInputsRequest(3, 4), "2", "discrete"),
        (ReadHoldingRegistersRequest(3, 4), "3", "holding"),
        (ReadInputRegistersRequest(3, 4), "4", "input"),
    ],
)
def test_reads_have_one_part(request_: Any, operation: str, table: str) -> None:
    [part] = parts_of(request_)
    assert (part.operation, part.writes, part.table, part.first, part.count) == (
        operation,
        False,
        table,
        3,
        4,
    )
    assert part.place == f"{table}:3*4"


@pytest.mark.parametrize(
    ("request_", "operation", "table", "values"),
    [
        (WriteSingleCoilRequest(3, True), "5", "coil", [1]),
        (WriteSingleRegisterRequest(3, 500), "6", "holding", [500]),
        (WriteMultipleCoilsRequest.from_bits(3, [True, False, True]), "15", "coil", [1, 0, 1]),
        (WriteMultipleRegistersRequest.from_registers(3, [1, 65535]), "16", "holding", [1, 65535]),
        (MaskWriteRegisterRequest(3, 0, 0x55), "22", "holding", [0x55]),
    ],
)
def test_writes_carry_their_values(request_: Any, operation: str, table: str, values: list[int]) -> None:
    [part] = parts_of(request_)
    assert (part.operation, part.writes, part.table, part.first) == (operation, True, table, 3)
    assert part.values() == values
    assert part.count == len(values)


def test_a_mask_write_that_keeps_something_has_no_value_of_its_own() -> None:
    [part] = parts_of(MaskWriteRegisterRequest(3, 0x00F0, 0x000A))
    assert part.values() is None
    assert part.masks == (0x00F0, 0x000A)


def test_read_and_write_are_two_parts() -> None:
    read, write = parts_of(ReadWriteMultipleRegistersRequest.from_registers(1, 2, 30, [7, 8, 9]))
    assert (read.operation, read.writes, read.first, read.count) == ("23r", False, 1, 2)
    assert (write.operation, write.writes, write.first, write.values()) == ("23w", True, 30, [7, 8, 9])


def test_a_queue_reaches_as_far_as_its_reply_may() -> None:
    [part] = parts_of(ReadFifoQueueRequest(100))
    assert (part.table, part.first, part.count) == ("holding", 100, 32)
    [last] = parts_of(ReadFifoQueueRequest(65530))
    assert last.first + last.count == 65536


def test_each_group_of_file_records_is_a_part() -> None:
    parts = parts_of(ReadFileRecordRequest([FileRecordRead(4, 0, 2), FileRecordRead(5, 7, 1)]))
    assert [(part.table, part.file, part.first, part.count) for part in parts] == [
        (FILE, 4, 0, 2),
        (FILE, 5, 7, 1),
    ]
    [part] = parts_of(WriteFileRecordRequest([FileRecordWrite(4, 9, b"\0\1\0\2")]))
    assert (part.operation, part.writes, part.values(), part.place) == (
        "21",
        True,
        [1, 2],
        "file 4, record 9*2",
    )


@pytest.mark.parametrize(
    ("request_", "operation", "writes"),
    [
        (DiagnosticsRequest(0, b"\1\2"), "8/0", False),
        (DiagnosticsRequest(4), "8/4", True),
        (ReportServerIdRequest(), "17", False),
        (ReadDeviceIdentificationRequest(), "43/14", False),
        (CanopenRequest(b"\1"), "43/13", True),
        (RawRequest(90, b"\1"), "90", True),
    ],
)
def test_what_has_no_address_is_one_part_without_a_place(request_: Any, operation: str, writes: bool) -> None:
    [part] = parts_of(request_)
    assert (part.operation, part.writes, part.table, part.place) == (operation, writes, "", "")


def test_a_long_request_is_judged_as_its_function() -> None:
    [part] = parts_of(LongRequest(90, bytes(253)))
    assert (part.operation, part.writes, part.table) == ("90", True, "")
