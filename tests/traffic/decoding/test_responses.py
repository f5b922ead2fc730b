"""The fields of responses."""

from __future__ import annotations

import pytest

from port502.registers.reference import Table
from port502.traffic.decoding.layout import Span
from port502.traffic.decoding.responses import response_layout

WELL: dict[str, dict[str, object]] = {
    "01 03 cd6b05": {"byte_cnt": 3, "bits": 0xCD},
    "03 06 022b 0000 0064": {"byte_cnt": 6, "register": 0x22B},
    "83 02": {"func_code": 0x83, "exception_code": 2},
    "05 00ac ff00": {"reference_num": 172, "value": 0xFF00},
    "07 6d": {"exception_status": 0x6D},
    "08 0000 a537": {"diagnostic_code": 0},
    "0b ffff 0108": {"ev_status": 0xFFFF, "ev_count": 0x108},
    "0c 08 0000 0108 0121 2000": {"ev_msg_count": 0x121, "events": "20 00"},
    "0f 0013 000a": {"bit_cnt": 10},
    "10 0001 0002": {"word_cnt": 2},
    "11 05 b4 ff 4c4d42": {"data": "b4 ff 4c 4d 42"},
    "14 0c 05 06 0dfe 0020 05 06 33cd 0040": {"group_len": 5, "record": "0d fe 00 20"},
    "15 0d 06 0004 0007 0003 06af 04be 100d": {"record_len": 3},
    "16 0004 00f2 0025": {"or_mask": 0x25},
    "17 04 00fe 0acd": {"byte_cnt": 4},
    "18 0006 0002 01b8 1284": {"byte_cnt": 6, "word_cnt": 2, "register": 0x1B8},
    "2b 0e 01 01 00 00 02 00 02 4d 61 01 01 43": {"num_objects": 2, "object_str_value": "4d 61"},
    "41 01 02": {"data": "01 02"},
}

WRONG = {
    "03 06 022b 0000": ("byte_count", "byte count says 6, there are 4"),
    "03 03 022b00": ("byte_count", "byte count is 3, and registers are 2 bytes each"),
    "83": ("cut", "exception code takes 1 byte, there is nothing left"),
    "83 00": ("exception", "exception code 0 means nothing"),
    "83 02 01": ("extra", "1 byte more than the function needs"),
    "14 03 00 06 00": ("byte_count", "group length says 0, there are 2 bytes in whole registers"),
    "18 0006 0002 01b8": ("byte_count", "byte count says 6, there are 4"),
    "18 0042 0020 0000": ("quantity", "a queue holds at most 31 registers, got 32"),
    "2b 0e 01 01 00 00 01 00 05 4d": ("cut", "object length says 5, there are 1"),
    "2b 0e 01 01 00 00 03 00 01 4d": ("cut", "object id takes 1 byte, there is nothing left"),
}


@pytest.mark.parametrize(("pdu", "fields"), WELL.items())
def test_a_response_has_its_fields(pdu: str, fields: dict[str, object]) -> None:
    found = response_layout(bytes.fromhex(pdu))
    assert found.problems == []
    values: dict[str, object] = {}
    for field in found.fields:
        values.setdefault(field.name, field.value)
    assert {name: values[name] for name in fields} == fields
    assert sum(field.size for field in found.fields) == len(bytes.fromhex(pdu))


@pytest.mark.parametrize(("pdu", "wrong"), WRONG.items())
def test_a_broken_response_says_what_is_wrong(pdu: str, wrong: tuple[str, str]) -> None:
    found = response_layout(bytes.fromhex(pdu))
    assert wrong in [(one.kind, one.text) for one in found.problems]


def test_with_its_request_a_response_knows_its_places() -> None:
    found = response_layout(bytes.fromhex("03 04 022b 0000"), Span(Table.HOLDING, 107, 2))
    assert [field.text for field in found.fields[-2:]] == ["holding:107 = 40108", "holding:108 = 40109"]
    assert found.span == Span(Table.HOLDING, 107, 2)
    bits = response_layout(bytes.fromhex("01 01 05"), Span(Table.COIL, 19, 3))
    assert bits.fields[-1].text == "from coil:19 = 00020: 1 0 1"


def test_a_response_to_another_quantity_is_told() -> None:
    found = response_layout(bytes.fromhex("03 04 022b 0000"), Span(Table.HOLDING, 107, 3))
    assert [one.text for one in found.problems] == ["byte count says 4, the 3 registers asked for need 6"]


@pytest.mark.parametrize("length", [0, 255])
@pytest.mark.parametrize("function", [0x0C, 0x11, 0x14, 0x15, 0x18, 0x2B])
def test_inner_lengths_never_make_it_loop(function: int, length: int) -> None:
    """H240."""
    found = response_layout(bytes((function, *[length] * 60)))
    assert sum(field.size for field in found.fields) == 61
