"""What a message says, in a few words."""

from __future__ import annotations

from port502.traffic.words import said
from tests.traffic.files import messages_of, polling
from tests.traffic.wire import Talk, adu, answer, ask


def words(talk: Talk) -> list[str]:
    return [said(one).strip() for one in messages_of(talk)]


def test_requests_and_responses() -> None:
    assert words(polling())[:4] == [
        "read holding registers 107 *3",
        "= 555 0 100",
        "read coils 19 *3",
        "= on off on",
    ]
    assert words(polling())[8:10] == ["write single register 5 = 42"] * 2


def test_other_functions_and_refusals() -> None:
    talk = Talk().asks(adu(1, "08 0004 0000")).answers(adu(1, "88 0b")).asks(adu(2, "5a 01 02"))
    assert words(talk) == [
        "diagnostics, force listen only mode: sub function 4, data 00 00",
        "diagnostics refused: exception 11, gateway target device failed to respond",
        "function 90: data 01 02",
    ]


def test_what_is_wrong_stands_behind() -> None:
    (junk,) = words(Talk(opened=True).asks(b"GET / HTTP/1.1\r\n"))
    assert junk.startswith("no Modbus: 47 45 54")
    assert junk.endswith("! protocol id 0x5420 instead of 0; looks like HTTP")
    assert " ! " in words(Talk().asks(ask(1, 0, 0)))[0]


def test_long_lists_are_cut() -> None:
    talk = Talk().asks(ask(1, 0, 20)).answers(answer(1, *range(20)))
    assert words(talk)[1].endswith("13 14 15 ... (20)")
