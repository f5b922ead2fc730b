"""The file memory of a device (functions 20 and 21) and its FIFO queues (function 24)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence

from port502.errors import IllegalDataAddressError, IllegalDataValueError, UsageError
from port502.protocol.codes import MAX_FIFO, READ_FIFO_QUEUE, READ_FILE_RECORD, WRITE_FILE_RECORD
from port502.protocol.files import (
    ReadFileRecordRequest,
    ReadFileRecordResponse,
    WriteFileRecordRequest,
    WriteFileRecordResponse,
)
from port502.protocol.register_access import ReadFifoQueueRequest, ReadFifoQueueResponse
from port502.protocol.words import data_of
from port502.service.register_table import RegisterTable
from port502.service.table import Contents

_RECORDS = 10000


class Files:
    """Files by number (1-65535), each a sparse table of 16-bit records 0-9999.

    ``files[4][100]`` reads a record from Python, ``files.add(4, {0: [1, 2, 3]})`` makes a file.
    """

    def __init__(self, contents: Mapping[int, Contents[int]] | None = None) -> None:
        self._files: dict[int, RegisterTable] = {}
        for number, records in (contents or {}).items():
            self.add(number, records)

    def add(self, number: int, contents: Contents[int]) -> RegisterTable:
        """Make a file; raises UsageError for a number or record out of range, or a file that exists."""
        if not 1 <= number <= 0xFFFF or number in self._files:
            raise UsageError(f"file numbers are 1-65535 and used once, got {number}")
        table = RegisterTable.of(contents, f"file {number}")
        if any(records.stop > _RECORDS for records in table.ranges()):
            raise UsageError(f"file {number}: records are 0-9999")
        self._files[number] = table
        return table

    def __getitem__(self, number: int) -> RegisterTable:
        if number not in self._files:
            raise UsageError(f"there is no file {number}")
        return self._files[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def read(self, request: ReadFileRecordRequest) -> ReadFileRecordResponse:
        """Answer function 20; raises IllegalDataAddressError for records that do not exist (clause 6.14)."""
        found = []
        for wanted in request.records:
            table = self._files.get(wanted.file)
            data = None if table is None else table.take(wanted.record, wanted.length)
            if data is None:
                raise IllegalDataAddressError(READ_FILE_RECORD)
            found.append(data)
        return ReadFileRecordResponse(tuple(found))

    def write(self, request: WriteFileRecordRequest) -> WriteFileRecordResponse:
        """Answer function 21: every group is written, or none (clause 6.15).

        Raises IllegalDataAddressError for records that do not exist or are protected.
        """
        targets = []
        for group in request.records:
            quantity = len(group.data) >> 1
            table = self._files.get(group.file)
            if (
                table is None
                or table.find(group.record, quantity) is None
                or table.is_protected(group.record, quantity)
            ):
                raise IllegalDataAddressError(WRITE_FILE_RECORD)
            targets.append((table, group.record, quantity, group.data))
        for table, record, quantity, data in targets:
            table.put(record, quantity, data)
        return WriteFileRecordResponse(request.records)


class FifoQueues(MutableMapping[int, list[int]]):
    """FIFO queues by their address: plain lists of register values that the program fills and empties.

    Reading a queue over Modbus does not empty it (clause 6.18).
    """

    def __init__(self, contents: Mapping[int, Sequence[int]] | None = None) -> None:
        self._queues = {address: list(values) for address, values in (contents or {}).items()}

    def __getitem__(self, address: int) -> list[int]:
        return self._queues[address]

    def __setitem__(self, address: int, values: list[int]) -> None:
        self._queues[address] = list(values)

    def __delitem__(self, address: int) -> None:
        del self._queues[address]

    def __iter__(self) -> Iterator[int]:
        return iter(self._queues)

    def __len__(self) -> int:
        return len(self._queues)

    def answer(self, request: ReadFifoQueueRequest) -> ReadFifoQueueResponse:
        """Answer function 24; raises IllegalDataAddressError for no queue, IllegalDataValueError above 31."""
        queue = self._queues.get(request.address)
        if queue is None:
            raise IllegalDataAddressError(READ_FIFO_QUEUE)
        if len(queue) > MAX_FIFO:
            raise IllegalDataValueError(READ_FIFO_QUEUE)
        return ReadFifoQueueResponse(data_of(queue))
