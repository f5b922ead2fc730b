"""Functions 20 and 21."""

from __future__ import annotations

import pytest

from port502.errors import DeviceError, IllegalDataAddressError, IllegalDataValueError, ReplyError, UsageError
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    ReadFileRecordResponse,
    WriteFileRecordRequest,
    WriteFileRecordResponse,
)

READ = ReadFileRecordRequest([FileRecordRead(4, 1, 2), FileRecordRead(3, 9, 1)])
ANSWER = ReadFileRecordResponse([b"\x0d\xfe\x00\x20", b"\x33\xcd"])
WRITE = WriteFileRecordRequest([FileRecordWrite(4, 7, b"\x06\xaf\x04\xbe"), FileRecordWrite(5, 0, b"\0\1")])


def test_read() -> None:
    assert READ.encode() == bytes.fromhex("14 0E 06 00 04 00 01 00 02 06 00 03 00 09 00 01")
    assert ReadFileRecordRequest.decode(READ.encode()) == READ
    assert not READ.writes
    assert READ.decode_response(ANSWER.encode()) == ANSWER
    assert ANSWER.registers == [[0x0DFE, 0x0020], [0x33CD]]


def test_write() -> None:
    assert WriteFileRecordRequest.decode(WRITE.encode()) == WRITE
    assert WRITE.writes
    assert WRITE.decode_response(WRITE.encode()) == WriteFileRecordResponse(WRITE.records)
    assert WriteFileRecordResponse(WRITE.records).encode() == WRITE.encode()
    assert WRITE.records[0].registers == [0x06AF, 0x04BE]
    assert WRITE.records[0].length == 2


@pytest.mark.parametrize("count", [0, 6, 8, 13, 0xF6, 0xFC])
def test_h043_byte_count_of_a_read(count: int) -> None:
    groups = (bytes.fromhex("06 00 01 00 00 00 01") * 40)[:count]
    with pytest.raises(IllegalDataValueError):
        ReadFileRecordRequest.decode(bytes((20, count)) + groups)


def test_h043_byte_count_that_is_not_the_length() -> None:
    group = bytes.fromhex("06 00 01 00 00 00 01")
    for pdu in (b"\x14", b"\x14\x07" + group * 2, b"\x14\x0e" + group, b"\x14\x00" + group):
        with pytest.raises(IllegalDataValueError):
            ReadFileRecordRequest.decode(pdu)


def test_h044_reply_that_would_not_fit() -> None:
    def read(*lengths: int) -> bytes:
        groups = b"".join(b"\x06\x00\x01\x00\x00" + length.to_bytes(2, "big") for length in lengths)
        return bytes((20, len(groups))) + groups

    for lengths in [(124, 124), (3,) * 35, (125,), (124, 1), (65535,), (0,), (1, 0)]:
        with pytest.raises(IllegalDataValueError):
            ReadFileRecordRequest.decode(read(*lengths))
    for lengths in [(124,), (1,) * 35, (61, 62)]:
        request = ReadFileRecordRequest.decode(read(*lengths))
        reply = ReadFileRecordResponse([bytes(2 * length) for length in lengths]).encode()
        assert len(reply) <= 253
        assert [len(data) for data in request.decode_response(reply).records] == [
            2 * length for length in lengths
        ]


@pytest.mark.parametrize(
    "group",
    [
        "05 00 01 00 00 00 01",
        "00 00 01 00 00 00 01",
        "06 00 00 00 00 00 01",
        "06 00 01 27 10 00 01",
        "06 00 01 27 0F 00 02",
    ],
)
def test_h045_place_that_no_file_has(group: str) -> None:
    with pytest.raises(IllegalDataAddressError):
        ReadFileRecordRequest.decode(bytes.fromhex("14 0E 06 00 01 00 00 00 01" + group))
    size = 2 * int(group[-1])
    with pytest.raises(IllegalDataAddressError):
        WriteFileRecordRequest.decode(
            bytes.fromhex("15") + bytes((7 + size,)) + bytes.fromhex(group) + bytes(size)
        )


@pytest.mark.parametrize(
    "pdu",
    [
        "15 09 06 00 01 00 00 00 02 00 01",
        "15 09 06 00 01 00 00 FF FF 00 01",
        "15 09 06 00 01 00 00 00 00 00 01",
        "15 07 06 00 01 00 00 00 00",
        "15 0B 06 00 01 00 00 00 01 00 01 06 00",
        "15 12 06 00 01 00 00 00 01 00 01 06 00 01 00 00 00 02 00 01",
        "15 08 06 00 01 00 00 00 01 00 01",
        "15 0A 06 00 01 00 00 00 01 00 01",
        "15 00",
        "15",
    ],
)
def test_h046_record_length_that_does_not_fit(pdu: str) -> None:
    with pytest.raises(IllegalDataValueError):
        WriteFileRecordRequest.decode(bytes.fromhex(pdu))


def test_h046_second_group_bad() -> None:
    with pytest.raises(DeviceError):
        WriteFileRecordRequest.decode(
            bytes.fromhex("15 12 06 00 01 00 00 00 01 00 01 07 00 01 00 00 00 01 00 01")
        )


@pytest.mark.parametrize(
    "records",
    [
        [],
        [FileRecordRead(0, 0, 1)],
        [FileRecordRead(65536, 0, 1)],
        [FileRecordRead(1, -1, 1)],
        [FileRecordRead(1, 10000, 1)],
        [FileRecordRead(1, 9999, 2)],
        [FileRecordRead(1, 0, 0)],
        [FileRecordRead(1, 0, 125)],
        [FileRecordRead(1, 0, 1)] * 36,
        [FileRecordRead(1, 0, 124)] * 2,
    ],
)
def test_reads_that_cannot_be(records: list[FileRecordRead]) -> None:
    with pytest.raises(UsageError):
        ReadFileRecordRequest(records)


@pytest.mark.parametrize(
    "records",
    [
        [],
        [FileRecordWrite(0, 0, b"\0\0")],
        [FileRecordWrite(1, 9999, bytes(4))],
        [FileRecordWrite(1, 0, b"")],
        [FileRecordWrite(1, 0, b"\0")],
        [FileRecordWrite(1, 0, bytes(246))],
        [FileRecordWrite(1, 0, bytes(122))] * 2,
    ],
)
def test_writes_that_cannot_be(records: list[FileRecordWrite]) -> None:
    with pytest.raises(UsageError):
        WriteFileRecordRequest(records)


@pytest.mark.parametrize("records", [[], [b""], [b"\0"], [bytes(250)], [bytes(124)] * 2])
def test_read_responses_that_cannot_be(records: list[bytes]) -> None:
    with pytest.raises(UsageError):
        ReadFileRecordResponse(records)


@pytest.mark.parametrize(
    "pdu",
    [
        "14 0A 05 06 0D FE 00 20 05 06 33 CD",  # H128: length of the second group
        "14 0A 03 06 0D FE 05 06 33 CD 00 01",  # lengths the wrong way round
        "14 06 05 06 0D FE 00 20",  # one group missing
        "14 0A 05 07 0D FE 00 20 03 06 33 CD",  # reference type
        "14 0B 05 06 0D FE 00 20 04 06 33 CD 00",  # half a record
        "14 0A 05 06 0D FE 00 20 00 06 33 CD",  # H240: inner length 0
        "14 0A FF 06 0D FE 00 20 03 06 33 CD",  # H240: inner length 255
        "14 09 05 06 0D FE 00 20 03 06 33 CD",
        "14 00",
        "15 0A 05 06 0D FE 00 20 03 06 33 CD",
    ],
)
def test_h128_read_replies_that_are_wrong(pdu: str) -> None:
    with pytest.raises(ReplyError):
        READ.decode_response(bytes.fromhex(pdu))


@pytest.mark.parametrize(
    "pdu",
    [
        "15",
        "15 00",
        "15 09 06 00 04 00 07 00 01 06 AF",
        "15 09 07 00 04 00 07 00 01 06 AF",
        "15 09 06 00 04 00 07 00 02 06 AF",
    ],
)
def test_h113_other_echo_of_file_records(pdu: str) -> None:
    with pytest.raises(ReplyError):
        WRITE.decode_response(bytes.fromhex(pdu))
