"""The fields of a PDU, as far as its bytes go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.fields import Fields, fields_of

REQUESTS = [
    ("01 0013 0025", Fields(reference_num=0x13, bit_cnt=0x25)),
    ("03 006b 0003", Fields(reference_num=0x6B, word_cnt=3)),
    ("05 00ac ff00", Fields(reference_num=0xAC, values=(True,))),
    ("06 0001 0003", Fields(reference_num=1, values=(3,))),
    ("08 0004 0000", Fields(diagnostic_code=4)),
    (
        "0f 0013 000a 02 cd01",
        Fields(
            reference_num=0x13,
            bit_cnt=10,
            byte_cnt=2,
            values=(True, False, True, True, False, False, True, True, True, False),
        ),
    ),
    ("10 0001 0002 04 000a 0102", Fields(reference_num=1, word_cnt=2, byte_cnt=4, values=(10, 258))),
    ("16 0004 00f2 0025", Fields(reference_num=4, and_mask=0xF2, or_mask=0x25)),
    (
        "17 0003 0006 000e 0001 02 00ff",
        Fields(
            reference_num=3,
            word_cnt=6,
            write_reference_num=14,
            write_word_cnt=1,
            byte_cnt=2,
            values=(255,),
        ),
    ),
    ("18 04de", Fields(reference_num=0x4DE)),
    ("2b 0e 01 00", Fields(mei=14, read_device_id=1, object_id=0)),
]

RESPONSES = [
    ("03 06 022b 0000 0064", Fields(byte_cnt=6, values=(555, 0, 100))),
    ("06 0001 0003", Fields(reference_num=1, values=(3,))),
    ("0f 0013 000a", Fields(reference_num=0x13, bit_cnt=10)),
    ("10 0001 0002", Fields(reference_num=1, word_cnt=2)),
    ("17 02 00fe", Fields(byte_cnt=2, values=(254,))),
    ("18 0006 0002 01b8 1284", Fields(byte_cnt=6, word_cnt=2, values=(440, 4740))),
    ("83 02", Fields()),
]


@pytest.mark.parametrize(("text", "expected"), REQUESTS)
def test_a_request_says(text: str, expected: Fields) -> None:
    assert fields_of(bytes.fromhex(text), asks=True) == expected


@pytest.mark.parametrize(("text", "expected"), RESPONSES)
def test_a_response_says(text: str, expected: Fields) -> None:
    assert fields_of(bytes.fromhex(text), asks=False) == expected


def test_a_response_of_bits_has_as_many_as_were_asked_for() -> None:
    pdu = bytes.fromhex("01 01 05")
    assert fields_of(pdu, asks=False).values == (True, False, True, False, False, False, False, False)
    assert fields_of(pdu, asks=False, asked=Fields(bit_cnt=3)).values == (True, False, True)


def test_what_is_cut_off_is_left_out() -> None:
    assert fields_of(bytes.fromhex("03 00"), asks=True) == Fields()
    assert fields_of(bytes.fromhex("03 04 0001 00"), asks=False) == Fields(byte_cnt=4, values=(1,))
    assert fields_of(b"", asks=True) == Fields()


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_make_it_raise(pdu: bytes, asks: bool) -> None:
    fields_of(pdu, asks=asks, asked=Fields(bit_cnt=5))
