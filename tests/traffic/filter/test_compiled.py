"""Filters and the packets that they choose."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.traffic.filter.compiled import compile_filter
from tests.traffic.filter.packets import chosen

ALL = list(range(1, 16))
MODBUS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15]
CHOSEN: dict[str, list[int]] = {
    "": ALL,
    "frame": ALL,
    "modbus": MODBUS,
    "mbtcp": MODBUS,
    "tcp.port == 502": ALL,
    "tcp.dstport == 502": [1, 3, 5, 7, 9, 11, 12, 13, 14, 15],
    "tcp.srcport == 502": [2, 4, 6, 8, 10],
    "modbus.func_code == 3": [3, 4, 5, 6, 9, 10, 15],
    "modbus.func_code == 16": [7, 8],
    "modbus.func_code >= 128": [6],
    "modbus.func_code < 128": [one for one in MODBUS if one != 6],
    "modbus.func_code == 131": [6],
    "modbus.func_code in {16, 128..255}": [6, 7, 8],
    "ip.addr == 10.0.0.1 && tcp.port == 502": ALL[:14],
    "modbus && frame.time_delta > 1": [],
    "modbus.func_code != 3": [7, 8, 11, 13, 14],
    "modbus.func_code !== 3": [7, 8, 9, 10, 11, 13, 14],
    "not modbus.func_code == 3": [1, 2, 7, 8, 11, 12, 13, 14],
    "modbus.func_code === 3": [3, 4, 5, 6, 15],
    "all modbus.func_code == 3": [3, 4, 5, 6, 15],
    "any modbus.func_code != 3": [7, 8, 9, 10, 11, 13, 14],
    "modbus.exception_code": [6],
    'modbus.exception_code == "Illegal Data Address"': [6],
    "ip.addr == 10.0.0.0/8": ALL[:14],
    "ip.addr != 10.0.0.1": [],
    "ip.src in {10.0.0.2..10.0.0.9}": [2, 4, 6, 8, 10],
    "ipv6.addr == fd00::/8": [15],
    "ipv6": [15],
    "tcp.len in {0, 9}": [1, 2, 6],
    "tcp.analysis.retransmission": [12],
    "frame.number in {1..3, 15} and tcp": [1, 2, 3, 15],
    "frame.number >= 3 && frame.number le 4": [3, 4],
    "frame.time_relative > 0.0125": [14],
    "frame.time_delta < 0": [15],
    "mbtcp.unit_id == 7 xor frame.number < 8": [1, 2, 3, 4, 5, 6, 8],
    "modbus.regval_uint16 > 500": [4],
    "count(modbus.regval_uint16) == 2": [7],
    "tcp.payload[7] == 10": [7, 8],
    "tcp.payload[0:2] == 00:07": [13],
    "tcp.payload contains 02:2b": [4],
    r'tcp.payload matches r"\x02\+"': [4],
    "modbus.data == ff00": [11],
    "modbus.data contains ff": [11, 13],
    "tcp.flags & 0x02": [1, 2],
    "tcp.flags.syn == 1 && !tcp.flags.ack == 1": [1],
    "tcp.srcport < tcp.dstport": [2, 4, 6, 8, 10],
    "502 == tcp.dstport and 3 <= frame.number and frame.number < 6": [3, 5],
    "len(tcp.payload) > 20": [9, 10, 13],
    "modbus.unit_id == 7": [7, 8],
    "modbus.response_time > 0 and modbus.request_frame == 3": [4],
    "frame[0:1] == 60": [15],
    'upper(tcp.payload) contains "+"': [4, 14],
}


@pytest.mark.parametrize(("text", "frames"), CHOSEN.items())
def test_a_filter_chooses_its_packets(text: str, frames: list[int]) -> None:
    assert chosen(text) == frames


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "modbus.fnc_code == 3",
            "column 1: there is no field 'modbus.fnc_code'; did you mean modbus.func_code",
        ),
        ("ip && tcp.prot == 5", "column 7: there is no field 'tcp.prot'; did you mean tcp.port"),
        ("modbus == 3", "column 1: modbus is there or not"),
        ("tcp.port contains 5", "is a number or an address"),
        ('ip.addr matches "x"', "is a number or an address"),
        ("tcp.port[0] == 5", "only bytes"),
        ("ip.addr & 1", "only numbers have bits"),
        ("tcp.port == ip.addr", "cannot be compared so"),
        ("len(tcp.port) == 2", "takes bytes or a text"),
        ('"a" contains tcp.payload', "before contains stands a field"),
        ("tcp.port in {9..3}", "ends before it starts"),
        ("tcp.port == plc", "'plc' is no number"),
    ],
)
def test_what_cannot_be_is_refused_with_its_column(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        compile_filter(text)
    assert said in str(refused.value)


def test_a_filter_keeps_its_text() -> None:
    assert compile_filter("modbus").text == "modbus"
