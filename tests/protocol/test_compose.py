"""Requests out of words."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.compose import compose, hex_bytes

WORDS: dict[str, str] = {
    "1 19 19": "01 00 13 00 13",
    "read-discrete-inputs 196 22": "02 00 c4 00 16",
    "3 0x6B 3": "03 00 6b 00 03",
    "read_input_registers 8": "04 00 08 00 01",
    "5 172 on": "05 00 ac ff 00",
    "6 1 0x0003": "06 00 01 00 03",
    "7": "07",
    "8/0 A537": "08 00 00 a5 37",
    "8/0 A5 37": "08 00 00 a5 37",
    "diagnostics 2": "08 00 02 00 00",
    "11": "0b",
    "get-comm-event-log": "0c",
    "15 19 1 0 1 1 0 0 1 1 1 0": "0f 00 13 00 0a 02 cd 01",
    "15 19 on,off": "0f 00 13 00 02 01 01",
    "16 1 10 258": "10 00 01 00 02 04 00 0a 01 02",
    "16 1 10,258": "10 00 01 00 02 04 00 0a 01 02",
    "17": "11",
    "20 4 1 2 3 9 2": "14 0e 06 00 04 00 01 00 02 06 00 03 00 09 00 02",
    "21 4 7 1711 4 4109": "15 0d 06 00 04 00 07 00 03 06 af 00 04 10 0d",
    "22 4 0xF2 0x25": "16 00 04 00 f2 00 25",
    "23 3 6 14 255 255 255": "17 00 03 00 06 00 0e 00 03 06 00 ff 00 ff 00 ff",
    "read-write-multiple-registers 3 6 14 255": "17 00 03 00 06 00 0e 00 01 02 00 ff",
    "24 0x04DE": "18 04 de",
    "43/13 01:02": "2b 0d 01 02",
    "canopen 0102": "2b 0d 01 02",
    "43/14": "2b 0e 01 00",
    "read-device-identification 4 2": "2b 0e 04 02",
}


@pytest.mark.parametrize(("words", "pdu"), WORDS.items())
def test_words_become_the_request_of_the_specification(words: str, pdu: str) -> None:
    function, *rest = words.split()
    assert compose(function, rest).encode().hex(" ") == pdu


@pytest.mark.parametrize(
    ("function", "data", "pdu"),
    [
        ("0x41", "01 02", "41 01 02"),
        ("3", "", "03"),
        ("8/1", "FF00", "08 00 01 ff 00"),
        ("43/14", "0100", "2b 0e 01 00"),
    ],
)
def test_data_goes_out_as_it_is(function: str, data: str, pdu: str) -> None:
    assert compose(function, data=data).encode().hex(" ") == pdu


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("3", "takes ADDRESS [QUANTITY]"),
        ("3 0 1 2", "takes ADDRESS [QUANTITY]"),
        ("7 1", "takes nothing behind it"),
        ("3 zero", "is a number"),
        ("3 0 126", "quantity"),
        ("5 0 maybe", "on, off, 1 or 0"),
        ("16 0 70000", "0 to 65535"),
        ("20 4 1", "FILE RECORD LENGTH"),
        ("20 4 1 2 3", "once or more often"),
        ("43", "43/13"),
        ("43/15", "43/13"),
        ("8", "SUB-FUNCTION"),
        ("8/99", "sub-functions"),
        ("3/1 0", "has no sub-functions"),
        ("99", "--data"),
        ("0", "1 to 127"),
        ("200", "1 to 127"),
        ("read-holding 0", "did you mean read-holding-registers?"),
        ("xyzzy 0", "write a code"),
        ("8/0 A", "pairs of hexadecimal digits"),
        ("8/70000 00", "sub-functions"),
    ],
)
def test_wrong_words_say_what_is_right(words: str, said: str) -> None:
    function, *rest = words.split()
    with pytest.raises(UsageError) as caught:
        compose(function, rest)
    assert said in str(caught.value)


def test_words_and_data_exclude_each_other() -> None:
    with pytest.raises(UsageError):
        compose("3", ["0"], "00")


def test_a_sub_function_must_fit_its_bytes() -> None:
    with pytest.raises(UsageError):
        compose("43/256", data="00")


@pytest.mark.parametrize("text", ["0102", "01 02", "01:02", "0x01 0x02", "01\n02", "0X0102"])
def test_bytes_may_be_spaced_in_any_way(text: str) -> None:
    assert hex_bytes(text) == b"\x01\x02"


@pytest.mark.parametrize("text", ["0", "0g", "012", "é1"])
def test_what_is_no_byte_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        hex_bytes(text)
