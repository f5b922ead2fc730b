"""Packets that pass, and their messages."""

from __future__ import annotations

from port502.traffic.filter.compiled import compile_filter
from port502.traffic.filter.select import selected
from tests.traffic.filter.packets import packets


def messages(text: str) -> list[tuple[int, int | None]]:
    return [
        (one.frame, one.func_code)
        for kept in selected(packets(), compile_filter(text))
        for one in kept.messages
    ]


def test_of_several_messages_those_are_kept_that_are_meant() -> None:
    assert messages("modbus.func_code == 1") == [(9, 1), (10, 1)]
    assert messages("frame.number == 9") == [(9, 3), (9, 1)]


def test_a_packet_passes_as_a_whole_first() -> None:
    assert messages("modbus.func_code != 3 && frame.number == 9") == []
    assert messages("modbus.func_code == 3 && modbus.func_code == 1 && frame.number == 9") == [(9, 3), (9, 1)]


def test_packets_without_messages_pass_too() -> None:
    assert [packet.frame for packet in selected(packets(), compile_filter("tcp.flags.syn == 1"))] == [1, 2]
