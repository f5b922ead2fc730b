from __future__ import annotations

import pytest

from port502.errors import IllegalDataAddressError, IllegalDataValueError, UsageError
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    WriteFileRecordRequest,
)
from port502.protocol.register_access import ReadFifoQueueRequest
from port502.service.files import FifoQueues, Files


@pytest.fixture
def files() -> Files:
    return Files({4: {1: [0x0DFE, 0x0020]}, 3: {9: [0x33CD, 0x0040]}, 7: {range(100, 110): 5, 9998: [1, 2]}})


def test_the_example_of_the_specification(files: Files) -> None:
    """Application Protocol V1.1b3, clause 6.14: two sub-requests."""
    request = ReadFileRecordRequest([FileRecordRead(4, 1, 2), FileRecordRead(3, 9, 2)])
    assert files.read(request).encode() == bytes.fromhex("140c 0506 0dfe0020 0506 33cd0040")


@pytest.mark.parametrize(
    "group",
    [FileRecordRead(5, 1, 1), FileRecordRead(4, 0, 1), FileRecordRead(4, 2, 2), FileRecordRead(7, 9997, 2)],
)
def test_records_that_do_not_exist_are_an_illegal_address(files: Files, group: FileRecordRead) -> None:
    with pytest.raises(IllegalDataAddressError):
        files.read(ReadFileRecordRequest([FileRecordRead(4, 1, 1), group]))


def test_a_write_is_echoed_and_stored(files: Files) -> None:
    request = WriteFileRecordRequest([FileRecordWrite(7, 102, bytes.fromhex("06af04be100d"))])
    assert files.write(request).encode() == request.encode()
    assert files[7][101:106] == [5, 0x06AF, 0x04BE, 0x100D, 5]


@pytest.mark.parametrize(("file", "record"), [(9, 0), (7, 109), (7, 50), (3, 9)])
def test_h046_when_the_second_group_is_bad_no_group_is_written(files: Files, file: int, record: int) -> None:
    files[3].protect(9)
    request = WriteFileRecordRequest(
        [FileRecordWrite(7, 100, b"\0\1"), FileRecordWrite(file, record, b"\0\2\0\2")]
    )
    with pytest.raises(IllegalDataAddressError):
        files.write(request)
    assert files[7][100:110] == [5] * 10
    assert files[3][9:11] == [0x33CD, 0x0040]


def test_files_are_made_once_and_have_records_0_to_9999(files: Files) -> None:
    assert sorted(files) == [3, 4, 7]
    assert len(files) == 3
    for number in (0, 65536, 4):
        with pytest.raises(UsageError, match="file numbers"):
            files.add(number, [1])
    with pytest.raises(UsageError, match="0-9999"):
        files.add(8, {9999: [1, 2]})
    with pytest.raises(UsageError, match="no file 8"):
        files[8]
    files.add(8, [1])[0] = 6
    assert files.read(ReadFileRecordRequest([FileRecordRead(8, 0, 1)])).records == (b"\0\6",)


def test_the_queue_of_the_specification_and_it_is_not_emptied() -> None:
    """Application Protocol V1.1b3, clause 6.18."""
    queues = FifoQueues({0x04DE: [0x01B8, 0x1284]})
    for _ in range(2):
        answer = queues.answer(ReadFifoQueueRequest(0x04DE))
        assert answer.encode() == bytes.fromhex("18 0006 0002 01b8 1284")


def test_a_queue_that_does_not_exist_is_an_illegal_address() -> None:
    with pytest.raises(IllegalDataAddressError):
        FifoQueues().answer(ReadFifoQueueRequest(0))


def test_h047_a_queue_of_more_than_31_is_an_illegal_value() -> None:
    queues = FifoQueues({50: list(range(31))})
    assert len(queues.answer(ReadFifoQueueRequest(50)).registers) == 31
    queues[50].append(31)
    with pytest.raises(IllegalDataValueError):
        queues.answer(ReadFifoQueueRequest(50))


def test_queues_are_plain_lists_to_the_program() -> None:
    queues = FifoQueues()
    queues[1] = [5]
    queues[1].append(6)
    assert queues.answer(ReadFifoQueueRequest(1)).registers == [5, 6]
    del queues[1]
    assert list(queues) == []
    assert len(queues) == 0
