"""A capture whose packets the filters of the tests choose from."""

from __future__ import annotations

from port502.traffic.dissector import Dissector
from port502.traffic.filter.compiled import compile_filter
from port502.traffic.packet import Packet
from tests.traffic.wire import Talk, adu, answer, ask, on_ipv6


def recorded() -> Talk:
    """Opened; two reads, one of them refused; writes; two messages in one packet; a repetition; all on 502."""
    talk = Talk(opened=True)  # 1, 2
    talk.asks(ask(1, 107, 3)).answers(answer(1, 555, 0, 100))  # 3, 4
    talk.asks(ask(2, 999, 1)).answers(adu(2, "83 02"))  # 5, 6
    talk.asks(adu(3, "10 0001 0002 04 000a 0102", 7)).answers(adu(3, "10 0001 0002", 7))  # 7, 8
    talk.asks(ask(4, 5, 1) + adu(5, "01 0013 0003"))  # 9
    talk.answers(answer(4, 42) + adu(5, "01 01 05"))  # 10
    before = talk.sent[True]
    talk.asks(adu(6, "05 00ac ff00")).segment(adu(6, "05 00ac ff00"), at=before)  # 11, 12 again
    talk.asks(adu(7, "17 0003 0006 000e 0003 06 00ff 00ff 00ff"))  # 13
    talk.asks(adu(8, "2b 0e 01 00"))  # 14
    return talk


def packets() -> list[Packet]:
    """Its packets, and one over IPv6 behind them, as 15."""
    records = recorded().records
    return Dissector().packets([*records, on_ipv6(Talk().asks(ask(9)).records[0])])


def chosen(text: str) -> list[int]:
    """The numbers of the packets that pass a filter."""
    passes = compile_filter(text)
    return [packet.frame for packet in packets() if passes(packet)]
