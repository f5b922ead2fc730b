"""Responses out of words."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.compose_response import compose_exception, compose_response

WORDS = {
    "1 on off on": "01 01 05",
    "2 1,0,1,1,0,0,1,1,1": "02 02 cd 01",
    "3 555 0 100": "03 06 02 2b 00 00 00 64",
    "read-input-registers 10": "04 02 00 0a",
    "5 172 on": "05 00 ac ff 00",
    "6 1 3": "06 00 01 00 03",
    "7 0x6D": "07 6d",
    "8/0 A537": "08 00 00 a5 37",
    "diagnostics 10": "08 00 0a 00 00",
    "11 65535 264": "0b ff ff 01 08",
    "12 0 264 289 20 00": "0c 08 00 00 01 08 01 21 20 00",
    "15 19 10": "0f 00 13 00 0a",
    "16 1 2": "10 00 01 00 02",
    "17 b4ff4c": "11 03 b4 ff 4c",
    "20 3582,32 13261,64": "14 0c 05 06 0d fe 00 20 05 06 33 cd 00 40",
    "21 4 7 1711 1214 4109": "15 0d 06 00 04 00 07 00 03 06 af 04 be 10 0d",
    "22 4 0xF2 0x25": "16 00 04 00 f2 00 25",
    "23 254 2765": "17 04 00 fe 0a cd",
    "24 440 4740": "18 00 06 00 02 01 b8 12 84",
    "24": "18 00 02 00 00",
    "43/13 0102": "2b 0d 01 02",
    "43/14 0=Ma 1=C": "2b 0e 01 81 00 00 02 00 02 4d 61 01 01 43",
}


@pytest.mark.parametrize(("words", "pdu"), WORDS.items())
def test_words_become_the_response(words: str, pdu: str) -> None:
    function, *rest = words.split()
    assert compose_response(function, rest).encode().hex(" ") == pdu


def test_bytes_stand_as_they_are() -> None:
    assert compose_response("0x41", data="01 02").encode() == b"\x41\x01\x02"
    assert compose_response("8/4", data="").encode() == b"\x08\x00\x04"


def test_a_refusal_has_function_and_code() -> None:
    assert compose_exception("3", 2).encode() == b"\x83\x02"
    with pytest.raises(UsageError, match="1 to 255"):
        compose_exception("3", 256)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("3", "takes VALUE"),
        ("5 1", "ADDRESS on|off"),
        ("7 1 2", "takes STATUS"),
        ("65 1", "--data"),
        ("43 1", "43/13"),
        ("43/14 Maker", "NUMBER=TEXT"),
        ("8", "SUB-FUNCTION"),
        ("16 1 x", "decimal or 0x"),
    ],
)
def test_wrong_words_say_what_is_right(words: str, said: str) -> None:
    function, *rest = words.split()
    with pytest.raises(UsageError) as refused:
        compose_response(function, rest)
    assert said in str(refused.value)


def test_words_and_bytes_do_not_go_together() -> None:
    with pytest.raises(UsageError, match="not both"):
        compose_response("3", ["1"], data="01")
    with pytest.raises(UsageError, match="does not fit"):
        compose_response("43/256", data="")
