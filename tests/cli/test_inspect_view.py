"""What was said on the wire as people read it."""

from __future__ import annotations

from port502.cli.inspect_view import end_text, message_line, packet_line, said, value_line
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.traffic.dissector import Dissector
from port502.traffic.series import Seen
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


def test_lines_are_in_columns() -> None:
    line = message_line(messages_of(polling())[1], lambda frame: ("file", 77))
    assert line.split()[:2] == ["77", "22:13:20.004000"]
    packets = Dissector().packets(Talk(opened=True).asks(ask(1)).segment(ask(1), at=1000).records)
    assert packet_line(packets[0]).endswith("SYN")
    assert packet_line(packets[3]).endswith("PSH,ACK, 12 bytes [sent again]")
    assert packet_line(packets[2]).endswith("read holding registers 0")


def test_ends() -> None:
    assert [end_text("10.0.0.1", 502), end_text("fd00::1", 502), end_text("", None), end_text("a", None)] == [
        "10.0.0.1:502",
        "[fd00::1]:502",
        "-",
        "a",
    ]


def test_values() -> None:
    point = Point("pressure", Table.HOLDING, 7, "uint16", unit="kPa")
    assert value_line(Seen(1, 0, "s", 1, Table.HOLDING, 7, 5, False, point)).endswith(
        "pressure          5 kPa"
    )
    assert value_line(Seen(1, 0, "s", 1, Table.HOLDING, 7, 5, True)).endswith("holding:7         5  written")
    assert value_line(Seen(1, 0, "s", 1, Table.HOLDING, 7, None, False, point, "no number")).endswith(
        "?  no number"
    )
