"""Any text is a filter or an error of usage, and any filter stands any packet."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.traffic.dissector import Dissector
from port502.traffic.filter.compiled import compile_filter
from port502.traffic.filter.fields import ALIASES, FIELDS
from port502.traffic.filter.select import selected
from port502.traffic.links import NAMES
from tests.traffic.filter.packets import packets

SIGNS = """
&& || ! and or not xor ^^ == != === !== ~= > < >= <= eq ne gt lt ge le contains matches ~ in any all
( ) { } , .. & len( count( upper( [0] [0:2] [-1] [1-2] [ ]
0 1 3 128 502 0x10 1..5 10.0.0.1 10.0.0.0/8 fe80::1 00:01 "a" "^x+" r"\\d" 0.5 -1 true
"""
WORDS = [*FIELDS, *ALIASES, *SIGNS.split()]
PACKETS = packets()


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=80))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    with suppress(UsageError):
        passes = compile_filter(text)
        for packet in PACKETS:
            assert passes(packet) in (True, False)


@st.composite
def filters(draw: st.DrawFn) -> str:
    """Filters that mean something."""

    def one() -> str:
        name = draw(
            st.sampled_from(["tcp.port", "tcp.len", "modbus.func_code", "frame.number", "mbtcp.unit_id"])
        )
        sign = draw(st.sampled_from(["==", "!=", ">", "<=", "===", "!=="]))
        return f"{name} {sign} {draw(st.sampled_from([0, 1, 3, 7, 12, 16, 128, 131, 502, 50000]))}"

    joined = one()
    for _ in range(draw(st.integers(0, 3))):
        joined = f"({joined}) {draw(st.sampled_from(['and', 'or', 'xor']))} {one()}"
    return joined


@given(filters(), filters())
def test_the_laws_of_logic_hold(one: str, other: str) -> None:
    def chosen(text: str) -> set[int]:
        return {packet.frame for packet in PACKETS if compile_filter(text)(packet)}

    everything = {packet.frame for packet in PACKETS}
    assert chosen(f"not ({one})") == everything - chosen(one)
    assert chosen(f"({one}) && ({other})") == chosen(one) & chosen(other)
    assert chosen(f"({one}) || ({other})") == chosen(one) | chosen(other)
    assert chosen(f"({one}) ^^ ({other})") == chosen(one) ^ chosen(other)


@pytest.mark.parametrize("link", NAMES)
@given(st.binary(max_size=120))
def test_every_field_stands_any_packet(link: int, data: bytes) -> None:
    for packet in Dissector().packets([(0, link, len(data), data)]):
        for name in FIELDS:
            compile_filter(name)(packet)
        assert selected([packet], compile_filter("frame"))
