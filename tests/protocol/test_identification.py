"""Functions 43/13 and 43/14."""

from __future__ import annotations

import pytest

from port502.errors import IllegalDataValueError, IllegalFunctionError, ReplyError, UsageError
from port502.protocol.identification import (
    CanopenRequest,
    CanopenResponse,
    ReadDeviceIdentificationRequest,
    ReadDeviceIdentificationResponse,
    decode_encapsulated,
)

OBJECTS = {0: b"port502", 1: b"", 2: b"1.0"}


def test_canopen() -> None:
    request = CanopenRequest(b"\1\2")
    assert decode_encapsulated(request.encode()) == request
    assert request.writes
    assert request.decode_response(b"\x2b\x0d\7") == CanopenResponse(b"\7")
    assert CanopenResponse(b"\7").encode() == b"\x2b\x0d\7"
    for wrong in (b"\x2b\x0e\7", b"\x2b\x0d", b"\x2b", b"\x2b\x0d" + bytes(252)):
        with pytest.raises(ReplyError):
            request.decode_response(wrong)
    for data in (b"", bytes(252)):
        with pytest.raises(UsageError):
            CanopenRequest(data)


def test_identification() -> None:
    request = ReadDeviceIdentificationRequest(3, 0x80)
    assert request.encode() == bytes.fromhex("2B 0E 03 80")
    assert decode_encapsulated(request.encode()) == request
    assert not request.writes
    response = ReadDeviceIdentificationResponse(3, 0x83, True, 5, OBJECTS)
    assert request.decode_response(response.encode()) == response


def test_h048_unknown_mei_type() -> None:
    for mei in (0, 12, 15, 255):
        with pytest.raises(IllegalFunctionError):
            decode_encapsulated(bytes((43, mei, 1, 0)))


@pytest.mark.parametrize("code", [0, 5, 9, 255])
def test_h049_read_code(code: int) -> None:
    with pytest.raises(IllegalDataValueError):
        decode_encapsulated(bytes((43, 14, code, 0)))
    with pytest.raises(UsageError):
        ReadDeviceIdentificationRequest(code)


@pytest.mark.parametrize("pdu", ["2B", "2B 0E", "2B 0E 01", "2B 0E 01 00 00", "2B 0D", "2B 0D" + "00" * 252])
def test_h060_h061_cut_and_trailing(pdu: str) -> None:
    with pytest.raises(IllegalDataValueError):
        decode_encapsulated(bytes.fromhex(pdu))


@pytest.mark.parametrize(
    "pdu",
    [
        "2B 0E 01 01 00 00 01 00 FF 41",  # an object longer than the PDU
        "2B 0E 01 01 00 00 FF 00 01 41",  # 255 objects, one there
        "2B 0E 01 01 00 00 00 00 01 41",  # no objects, one there
        "2B 0E 01 01 00 00 02 00 01 41 00 01 42",  # the same object twice
        "2B 0E 01 01 00 00 01 00 01 41 42",  # a byte too many
        "2B 0E 01 01 00 00 01 00",  # half an object head
        "2B 0E 01 01 55 00 01 00 01 41",  # more follows is neither 00 nor FF
        "2B 0E 00 01 00 00 01 00 01 41",  # read code
        "2B 0E 02 01 00 00 01 00 01 41",  # read code of another request
        "2B 0E 01 01 00 00",
        "2B 0D 01 01 00 00 00",
        "2B",
    ],
)
def test_h127_identification_that_cannot_be(pdu: str) -> None:
    with pytest.raises(ReplyError):
        ReadDeviceIdentificationRequest(1).decode_response(bytes.fromhex(pdu))


def test_h127_a_thousand_objects_end_with_the_message() -> None:
    pdu = bytes.fromhex("2B 0E 01 01 FF 00 FF") + bytes(246)
    with pytest.raises(ReplyError):
        ReadDeviceIdentificationResponse.decode(pdu)


def test_individual_access_gives_the_object_asked_for() -> None:
    request = ReadDeviceIdentificationRequest(4, 2)
    good = ReadDeviceIdentificationResponse(4, 0x81, False, 0, {2: b"1.0"})
    assert request.decode_response(good.encode()) == good
    for objects in ({}, {1: b"1.0"}, {2: b"1.0", 3: b""}):
        with pytest.raises(ReplyError, match="object 2"):
            request.decode_response(ReadDeviceIdentificationResponse(4, 0x81, False, 0, objects).encode())


def test_responses_are_checked_on_construction() -> None:
    most = ReadDeviceIdentificationResponse(1, 1, False, 0, {0: bytes(244)})
    assert len(most.encode()) == 253
    for arguments in [
        (0, 1, False, 0, {}),
        (1, 256, False, 0, {}),
        (1, 1, False, 256, {}),
        (1, 1, False, 0, {256: b""}),
        (1, 1, False, 0, {0: bytes(245)}),
        (1, 1, False, 0, {0: bytes(120), 1: bytes(123)}),
    ]:
        with pytest.raises(UsageError):
            ReadDeviceIdentificationResponse(*arguments)
