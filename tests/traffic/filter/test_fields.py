"""The fields, and what packets give for them."""

from __future__ import annotations

import pytest

from port502.traffic.filter.fields import ALIASES, FIELDS
from tests.traffic.filter.packets import packets

FOUND = {
    "frame.number": (3, [3]),
    "frame.len": (3, [52]),
    "ip.addr": (3, [0x0A000001, 0x0A000002]),
    "ip.dst": (3, [0x0A000002]),
    "ip.ttl": (3, [64]),
    "ipv6.hlim": (15, [64]),
    "tcp.port": (4, [502, 50000]),
    "tcp.len": (3, [12]),
    "tcp.flags.syn": (1, [1]),
    "mbtcp.trans_id": (9, [4, 5]),
    "mbtcp.unit_id": (7, [7]),
    "modbus.func_code": (6, [3]),
    "modbus.exception_code": (6, [2]),
    "modbus.reference_num": (3, [107]),
    "modbus.word_cnt": (7, [2]),
    "modbus.bit_cnt": (9, [3]),
    "modbus.byte_cnt": (4, [6]),
    "modbus.regval_uint16": (4, [555, 0, 100]),
    "modbus.regnum16": (4, [107, 108, 109]),
    "modbus.bitval": (10, [1, 0, 1]),
    "modbus.bitnum": (10, [19, 20, 21]),
    "modbus.object_id": (14, [0]),
    "modbus.read_device_id": (14, [1]),
    "modbus.data": (11, [b"\xff\x00"]),
    "modbus.read_reference_num": (13, [3]),
    "modbus.write_word_cnt": (13, [3]),
    "modbus.mei": (14, [14]),
    "modbus.request_frame": (6, [5]),
}
MISSING = [
    ("modbus.reference_num", 4),
    ("modbus.reference_num", 13),
    ("ip.addr", 15),
    ("udp.port", 3),
    ("modbus", 1),
]


@pytest.mark.parametrize(("name", "found"), FOUND.items())
def test_a_packet_gives_the_values_of_a_field(name: str, found: tuple[int, list[object]]) -> None:
    frame, values = found
    packet = packets()[frame - 1]
    assert list(FIELDS[name].get(packet)) == values


@pytest.mark.parametrize(("name", "frame"), MISSING)
def test_what_is_not_there_gives_nothing(name: str, frame: int) -> None:
    assert len(FIELDS[name].get(packets()[frame - 1])) == 0


def test_every_field_stands_any_packet() -> None:
    for packet in packets():
        for field in FIELDS.values():
            assert len(field.get(packet)) >= 0


def test_every_field_is_described_and_every_other_name_leads_to_one() -> None:
    assert all(field.says for field in FIELDS.values())
    assert set(ALIASES.values()) <= FIELDS.keys()
