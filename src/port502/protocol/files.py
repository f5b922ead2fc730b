"""File records: functions 20 and 21 (Application Protocol V1.1b3, clauses 6.14 and 6.15).

A file (1-65535) has records 0-9999 of one register each; a request names several groups of records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import NamedTuple, Self

from port502.errors import IllegalDataAddressError, UsageError
from port502.protocol.codes import (
    FILE_REFERENCE_TYPE,
    MAX_FILE_RECORD,
    MAX_PDU,
    READ_FILE_RECORD,
    WRITE_FILE_RECORD,
    function_name,
)
from port502.protocol.message import Request, Response, check_number, check_words, illegal_value, reply_error
from port502.protocol.words import registers_of

_GROUP = Struct(">BHHH")
_MAX_READ_BYTES = 0xF5
_MAX_DATA = MAX_PDU - 2
_MIN_WRITE_BYTES = _GROUP.size + 2
_MAX_RECORDS = MAX_FILE_RECORD + 1


class FileRecordRead(NamedTuple):
    """``length`` records of ``file`` from ``record`` on, to be read."""

    file: int
    record: int
    length: int


class FileRecordWrite(NamedTuple):
    """Records of ``file`` from ``record`` on, to be written: big-endian bytes, two a record."""

    file: int
    record: int
    data: bytes

    @property
    def length(self) -> int:
        """How many records."""
        return len(self.data) >> 1

    @property
    def registers(self) -> list[int]:
        """The values, 0-65535."""
        return registers_of(self.data)


def _check_place(file: int, record: int, length: int) -> None:
    check_number("file number", file, 1, 0xFFFF)
    check_number("record number", record, 0, MAX_FILE_RECORD)
    check_number("record length", length, 1, _MAX_DATA // 2)
    if record + length > _MAX_RECORDS:
        raise UsageError(f"{length} records from {record} end behind the last record, {MAX_FILE_RECORD}")


def _refuse_place(function: int, reference_type: int, file: int, record: int, length: int) -> None:
    """Raises IllegalDataAddressError for what no file can have."""
    if reference_type != FILE_REFERENCE_TYPE or not file or record + length > _MAX_RECORDS:
        raise IllegalDataAddressError(
            function,
            message=f"{function_name(function)}: no file {file} with {length} records from {record}"
            f" under reference type {reference_type}",
        )


class ReadFileRecordResponse(Response):
    """The groups that were read, in the order of the request: 2 big-endian bytes a record (clause 6.14)."""

    __slots__ = ("records",)
    __match_args__ = ("records",)
    function = READ_FILE_RECORD

    def __init__(self, records: Sequence[bytes]) -> None:
        for data in records:
            check_words(data, _MAX_DATA // 2)
        self.records = tuple(records)
        size = sum(len(data) + 2 for data in self.records)
        if not 0 < size <= _MAX_DATA:
            raise UsageError(
                f"a reply holds 1-{_MAX_DATA} bytes of records with 2 for each group, got {size}"
            )

    @property
    def registers(self) -> list[list[int]]:
        """The values of each group, 0-65535."""
        return [registers_of(data) for data in self.records]

    def encode(self) -> bytes:
        """Function code, byte count, and of each group length, reference type and records."""
        groups = [bytes((len(data) + 1, FILE_REFERENCE_TYPE)) + data for data in self.records]
        body = b"".join(groups)
        return bytes((READ_FILE_RECORD, len(body))) + body

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if not 6 <= len(pdu) <= MAX_PDU or pdu[0] != READ_FILE_RECORD or len(pdu) != pdu[1] + 2:
            raise reply_error(READ_FILE_RECORD, "a byte count and that many bytes of groups", pdu)
        records = []
        start = 2
        while start < len(pdu):
            stop = start + 1 + pdu[start]
            data = pdu[start + 2 : stop]
            if stop > len(pdu) or not data or len(data) % 2 or pdu[start + 1] != FILE_REFERENCE_TYPE:
                raise reply_error(READ_FILE_RECORD, "groups of whole records with their length", pdu)
            records.append(data)
            start = stop
        return cls(records)


class ReadFileRecordRequest(Request[ReadFileRecordResponse]):
    """Function 20: reads 1-35 groups of records whose reply fits one PDU (clause 6.14)."""

    __slots__ = ("records",)
    __match_args__ = ("records",)
    function = READ_FILE_RECORD
    response_type = ReadFileRecordResponse

    def __init__(self, records: Sequence[FileRecordRead]) -> None:
        for file, record, length in records:
            _check_place(file, record, length)
        if not 0 < _GROUP.size * len(records) <= _MAX_READ_BYTES:
            most = _MAX_READ_BYTES // _GROUP.size
            raise UsageError(f"a request reads 1-{most} groups of records, got {len(records)}")
        size = sum(2 * length + 2 for _, _, length in records)
        if size > _MAX_DATA:
            raise UsageError(f"the reply would need {size} bytes, more than the {_MAX_DATA} of one message")
        self.records = tuple(records)

    def encode(self) -> bytes:
        """Function code, byte count, and of each group reference type, file, record, length."""
        groups = [_GROUP.pack(FILE_REFERENCE_TYPE, *group) for group in self.records]
        return bytes((READ_FILE_RECORD, _GROUP.size * len(groups))) + b"".join(groups)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError, then IllegalDataAddressError."""
        count = len(pdu) - 2
        if not _GROUP.size <= count <= _MAX_READ_BYTES or count % _GROUP.size or pdu[1] != count:
            raise illegal_value(READ_FILE_RECORD, "the byte count does not fit whole groups of 7 bytes", pdu)
        groups = list(_GROUP.iter_unpack(pdu[2:]))
        if not all(group[3] for group in groups) or sum(2 * group[3] + 2 for group in groups) > _MAX_DATA:
            raise illegal_value(READ_FILE_RECORD, "a group is empty or the reply would not fit", pdu)
        for group in groups:
            _refuse_place(READ_FILE_RECORD, *group)
        return cls([FileRecordRead(*group[1:]) for group in groups])

    def _differs(self, response: Response) -> str | None:
        assert isinstance(response, ReadFileRecordResponse)
        asked = [2 * length for _, _, length in self.records]
        if [len(data) for data in response.records] == asked:
            return None
        return f"groups of {', '.join(map(str, asked))} bytes"


def _written(records: Sequence[FileRecordWrite]) -> tuple[FileRecordWrite, ...]:
    """The groups as a tuple, checked."""
    for file, record, data in records:
        check_words(data, _MAX_DATA // 2)
        _check_place(file, record, len(data) >> 1)
    size = sum(_GROUP.size + len(data) for _, _, data in records)
    if not 0 < size <= _MAX_DATA:
        raise UsageError(f"a write holds 1-{_MAX_DATA} bytes of records with 7 for each group, got {size}")
    return tuple(records)


def _encode_written(records: Sequence[FileRecordWrite]) -> bytes:
    body = b"".join(
        _GROUP.pack(FILE_REFERENCE_TYPE, file, record, len(data) >> 1) + data
        for file, record, data in records
    )
    return bytes((WRITE_FILE_RECORD, len(body))) + body


def _groups_of(pdu: bytes) -> Iterator[tuple[int, int, int, int, bytes]]:
    """Reference type, file, record, length and data of each written group; ends early where it cannot be."""
    start = 2
    while start < len(pdu):
        if start + _GROUP.size > len(pdu):
            return
        reference_type, file, record, length = _GROUP.unpack_from(pdu, start)
        stop = start + _GROUP.size + 2 * length
        if not length or stop > len(pdu):
            return
        yield reference_type, file, record, length, pdu[start + _GROUP.size : stop]
        start = stop


def _whole_groups(pdu: bytes) -> list[tuple[int, int, int, int, bytes]] | None:
    """The written groups of a PDU; None when they do not fill it exactly."""
    if not _MIN_WRITE_BYTES + 2 <= len(pdu) <= MAX_PDU or pdu[1] != len(pdu) - 2:
        return None
    groups = list(_groups_of(pdu))
    filled = sum(_GROUP.size + len(group[4]) for group in groups)
    return groups if filled == len(pdu) - 2 else None


class WriteFileRecordResponse(Response):
    """The echo of the written groups (clause 6.15)."""

    __slots__ = ("records",)
    __match_args__ = ("records",)
    function = WRITE_FILE_RECORD

    def __init__(self, records: Sequence[FileRecordWrite]) -> None:
        self.records = _written(records)

    def encode(self) -> bytes:
        """Function code, byte count, and of each group reference type, file, record, length, records."""
        return _encode_written(self.records)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        groups = _whole_groups(pdu)
        if groups is None or pdu[0] != WRITE_FILE_RECORD:
            raise reply_error(WRITE_FILE_RECORD, "the groups that were written", pdu)
        try:
            for reference_type, file, record, length, _ in groups:
                _refuse_place(WRITE_FILE_RECORD, reference_type, file, record, length)
        except IllegalDataAddressError:
            raise reply_error(WRITE_FILE_RECORD, "files and records that can be", pdu) from None
        return cls([FileRecordWrite(file, record, data) for _, file, record, _, data in groups])


class WriteFileRecordRequest(Request[WriteFileRecordResponse]):
    """Function 21: writes groups of records that fit one PDU (clause 6.15)."""

    __slots__ = ("records",)
    __match_args__ = ("records",)
    function = WRITE_FILE_RECORD
    response_type = WriteFileRecordResponse
    writes = True

    def __init__(self, records: Sequence[FileRecordWrite]) -> None:
        self.records = _written(records)

    def encode(self) -> bytes:
        """Function code, byte count, and of each group reference type, file, record, length, records."""
        return _encode_written(self.records)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError, then IllegalDataAddressError."""
        groups = _whole_groups(pdu)
        if groups is None:
            raise illegal_value(
                WRITE_FILE_RECORD, "the byte count or a record length does not fit the data", pdu
            )
        for reference_type, file, record, length, _ in groups:
            _refuse_place(WRITE_FILE_RECORD, reference_type, file, record, length)
        return cls([FileRecordWrite(file, record, data) for _, file, record, _, data in groups])

    def _differs(self, response: Response) -> str | None:
        assert isinstance(response, WriteFileRecordResponse)
        return None if response.records == self.records else "the echo of the request"
