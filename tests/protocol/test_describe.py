"""What messages say in words and fields."""

from __future__ import annotations

import pytest

from port502.protocol.describe import describe, field_text, fields_of, message_name
from port502.protocol.message import ExceptionResponse, Message, RawRequest
from port502.protocol.pdu import decode_request, decode_response

REQUESTS = {
    "03 00 6b 00 03": "read holding registers: address 107, quantity 3",
    "05 00 ac ff 00": "write single coil: address 172, value on",
    "06 00 01 00 03": "write single register: address 1, value 3",
    "07": "read exception status",
    "08 00 00 a5 37": "diagnostics, return query data: sub function 0, data a5 37",
    "0f 00 13 00 0a 02 cd 01": "write multiple coils: address 19, quantity 10, bits on off on on off off on on on off",
    "10 00 01 00 02 04 00 0a 01 02": "write multiple registers: address 1, registers 10 258",
    "14 07 06 00 04 00 01 00 02": "read file record: records file 4, record 1, length 2",
    "15 0b 06 00 04 00 07 00 02 06 af 04 be": (
        "write file record: records file 4, record 7, length 2, registers 1711 1214"
    ),
    "16 00 04 00 f2 00 25": "mask write register: address 4, and mask 242, or mask 37",
    "2b 0e 01 00": "read device identification: read code 1, object id 0",
    "2b 0d 01 02": "CANopen: data 01 02",
    "41 01 02": "function 65: data 01 02",
}
RESPONSES = {
    "03 06 02 2b 00 00 00 64": "read holding registers: registers 555 0 100",
    "07 6d": "read exception status: status 109",
    "0b ff ff 01 08": "get comm event counter: status 65535, event count 264",
    "11 03 01 ff 41": "report server id: data 01 ff 41, text ..A",
    "14 0c 05 06 0d fe 00 20 05 06 33 cd 00 40": "read file record: records 3582 32 13261 64",
    "2b 0e 01 01 00 00 01 00 04 41 63 6d 65": (
        "read device identification: read code 1, conformity 1, more follows no, next object id 0,"
        " objects vendor name Acme"
    ),
    "83 02": "read holding registers refused: exception 2, illegal data address",
}


@pytest.mark.parametrize(("pdu", "said"), REQUESTS.items())
def test_requests_in_words(pdu: str, said: str) -> None:
    assert describe(decode_request(bytes.fromhex(pdu))) == said


@pytest.mark.parametrize(("pdu", "said"), RESPONSES.items())
def test_responses_in_words(pdu: str, said: str) -> None:
    assert describe(decode_response(bytes.fromhex(pdu))).replace("_", " ") == said


def test_fields_are_typed() -> None:
    assert fields_of(decode_response(bytes.fromhex("03 04 00 01 00 02"))) == {"registers": [1, 2]}
    assert fields_of(ExceptionResponse(3, 2)) == {"exception": 2, "exception_name": "illegal data address"}
    read = decode_response(bytes.fromhex("2b 0e 01 01 00 00 02 00 01 41 81 01 ff"))
    assert fields_of(read)["objects"] == {"vendor_name": "A", "0x81": "ÿ"}


def test_long_lists_are_cut() -> None:
    assert field_text("bits", [True] * 126).endswith("on ...")
    assert field_text("registers", []) == "none"
    assert field_text("text", "") == "none"


def test_a_coil_is_on_and_a_truth_is_yes() -> None:
    assert (field_text("value", True), field_text("more_follows", True)) == ("on", "yes")


@pytest.mark.parametrize("message", [RawRequest(43, b""), RawRequest(43, b"\x63")])
def test_an_interface_without_a_name_is_function_43(message: Message) -> None:
    assert message_name(message) == "encapsulated interface transport"
