"""The fields of requests."""

from __future__ import annotations

import pytest

from port502.registers.reference import Table
from port502.traffic.decoding.layout import Span
from port502.traffic.decoding.requests import request_layout

WELL: dict[str, dict[str, object]] = {
    "01 0013 0013": {"reference_num": 19, "bit_cnt": 19},
    "03 006b 0003": {"reference_num": 107, "word_cnt": 3},
    "05 00ac ff00": {"reference_num": 172, "value": 0xFF00},
    "06 0001 0003": {"reference_num": 1, "value": 3},
    "07": {},
    "08 0000 a537": {"diagnostic_code": 0, "data": "a5 37"},
    "08 000a 0000": {"diagnostic_code": 10, "data": 0},
    "0b": {},
    "0f 0013 000a 02 cd01": {"reference_num": 19, "bit_cnt": 10, "byte_cnt": 2},
    "10 0001 0002 04 000a 0102": {"word_cnt": 2, "byte_cnt": 4, "register": 10},
    "11": {},
    "14 0e 06 0004 0001 0002 06 0003 0009 0002": {"file_num": 4, "record_num": 1, "record_len": 2},
    "15 0d 06 0004 0007 0003 06af 04be 100d": {"file_num": 4, "record": "06 af 04 be 10 0d"},
    "16 0004 00f2 0025": {"and_mask": 0xF2, "or_mask": 0x25},
    "17 0003 0006 000e 0003 06 00ff 00ff 00ff": {"read_reference_num": 3, "write_word_cnt": 3},
    "18 04de": {"reference_num": 0x4DE},
    "2b 0e 01 00": {"mei": 14, "read_device_id": 1, "object_id": 0},
    "2b 0d 01 02": {"mei": 13, "data": "01 02"},
    "41 01 02": {"func_code": 0x41, "data": "01 02"},
}

WRONG = {
    "": ("cut", "func code takes 1 byte, there is nothing left"),
    "03 006b": ("cut", "word cnt takes 2 bytes, there is nothing left"),
    "03 006b 0003 00": ("extra", "1 byte more than the function needs"),
    "03 006b 0000": ("quantity", "quantity is 0, the function takes 1 to 125 registers"),
    "03 006b 007e": ("quantity", "quantity is 126, the function takes 1 to 125 registers"),
    "01 0000 07d1": ("quantity", "quantity is 2001, the function takes 1 to 2000 bits"),
    "03 ffff 0002": ("address", "2 registers from address 65535 end behind the last address, 65535"),
    "05 0000 1234": ("value", "a coil is written with ff 00 or 00 00, got 1234"),
    "10 0001 0002 03 000a 01": ("byte_count", "byte count says 3, 2 registers need 4"),
    "10 0001 0002 04 000a": ("byte_count", "byte count says 4, there are 2"),
    "0f 0013 000a 01 cd": ("byte_count", "byte count says 1, 10 coils need 2"),
    "14 07 05 0004 0001 0002": ("reference_type", "reference type is 5, it is always 6"),
    "14 07 06 0000 0001 0002": ("address", "file 0 does not exist, files count from 1"),
    "15 09 06 0004 0007 00ff 06af": ("byte_count", "record length says 255 registers, there are 2 bytes"),
    "2b 0e 05 00": ("value", "read code is 5, there are 1 to 4"),
    "83 02": ("function", "function 131 has the bit of a refusal, and a request has not"),
    "00": ("function", "function 0 does not exist"),
}


@pytest.mark.parametrize(("pdu", "fields"), WELL.items())
def test_a_request_has_its_fields(pdu: str, fields: dict[str, object]) -> None:
    found = request_layout(bytes.fromhex(pdu))
    assert found.problems == []
    values: dict[str, object] = {}
    for field in found.fields:
        values.setdefault(field.name, field.value)
    assert {name: values[name] for name in fields} == fields
    assert sum(field.size for field in found.fields) == len(bytes.fromhex(pdu))


@pytest.mark.parametrize(("pdu", "wrong"), WRONG.items())
def test_a_broken_request_says_what_is_wrong(pdu: str, wrong: tuple[str, str]) -> None:
    found = request_layout(bytes.fromhex(pdu))
    assert wrong in [(one.kind, one.text) for one in found.problems]


def test_a_write_knows_where_its_values_go() -> None:
    found = request_layout(bytes.fromhex("10 0001 0002 04 000a 0102"))
    assert (found.span, found.data) == (Span(Table.HOLDING, 1, 2), b"\x00\x0a\x01\x02")
    both = request_layout(bytes.fromhex("17 0003 0006 000e 0001 02 00ff"))
    assert (both.span, both.write) == (Span(Table.HOLDING, 3, 6), Span(Table.HOLDING, 14, 1))


@pytest.mark.parametrize("length", [0, 255])
@pytest.mark.parametrize("function", [0x14, 0x15, 0x18, 0x2B])
def test_inner_lengths_never_make_it_loop(function: int, length: int) -> None:
    """H240."""
    found = request_layout(bytes((function, *[length] * 60)))
    assert sum(field.size for field in found.fields) == 61
