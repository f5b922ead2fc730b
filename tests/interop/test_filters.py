"""Display filters choose the packets that tshark chooses.

The differences are those of ``docs/explanation/captures.md`` and of ``docs/reference`` on filters: packets that
tshark takes for repetitions and does not look into, refusals that it gives no request, and function codes as sent
beside numbers from 128 on.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from port502.traffic.captures import Captures
from port502.traffic.filter.compiled import compile_filter
from port502.traffic.links import ETHERNET
from port502.traffic.packet import Packet
from tests.peers import need_program
from tests.traffic.files import polling, write
from tests.traffic.filter.packets import recorded
from tests.traffic.test_public_captures import NAMES, ONLY_OURS
from tests.traffic.wire import Talk, ask, captures, on_ipv6, on_link

pytestmark = [pytest.mark.interop, pytest.mark.slow]

DOCUMENTED = [
    "modbus",
    "tcp.port == 502",
    "tcp.dstport == 502",
    "tcp.srcport == 502",
    "modbus.func_code == 3",
    "modbus.func_code == 16",
    "ip.addr == 192.168.1.100 && tcp.port == 502",
    "modbus && frame.time_delta > 1",
]
"""The filters of the documents that mean the same to tshark; ``modbus.func_code >= 128`` is tried for itself."""

FILTERS = [
    *DOCUMENTED,
    "modbus.func_code != 3",
    "modbus.func_code in {1..4, 43}",
    "modbus.func_code gt 4 and not modbus.exception_code",
    "modbus.exception_code",
    "modbus.exception_code == 2",
    "modbus.reference_num",
    "modbus.reference_num == 1 || modbus.reference_num == 107",
    "modbus.word_cnt > 1",
    "modbus.bit_cnt",
    "modbus.byte_cnt in {2, 4..8}",
    "modbus.byte_cnt",
    "modbus.data",
    "modbus.data == 00:00",
    "modbus.data contains 00",
    "modbus.diagnostic_code",
    "modbus.mei == 14",
    "modbus.read_reference_num",
    "modbus.write_word_cnt == 3",
    "modbus.and_mask",
    "modbus.read_device_id",
    "modbus.regval_uint16 > 100",
    "count(modbus.regval_uint16) > 1",
    "modbus.regnum16 == 108",
    "modbus.bitval == 1",
    "modbus.bitnum >= 20",
    "modbus.object_id",
    "modbus.num_objects > 0",
    "modbus.more_follows",
    "modbus.object_str_value",
    'modbus.object_str_value contains "e"',
    "modbus.request_frame and not modbus.exception_code",
    "modbus.response_time > 0.0001 and not modbus.exception_code",
    "mbtcp.trans_id != 1",
    "mbtcp.len > 6",
    "mbtcp.prot_id == 0",
    "mbtcp.unit_id in {0, 255}",
    "ipv6",
    "ipv6.addr == fd00::/8",
    "udp",
    "ip.addr == 10.0.0.0/8",
    "ip.addr != 10.0.0.1",
    "not ip.addr == 10.0.0.1",
    "!(ip.src == 10.0.0.2) && ip",
    "ip.ttl > 63",
    "ip.len < 50",
    "tcp.len > 0",
    "tcp.len == 12 or tcp.len == 11",
    "tcp.payload",
    "tcp.payload[0:2] == 00:01",
    "tcp.payload[7] == 03",
    "tcp.payload[-1] == 00",
    'tcp.payload matches "^\\\\x00"',
    "tcp.flags.syn == 1",
    "tcp.flags & 0x02",
    "tcp.flags == 0x18",
    "frame.number in {1..10, 50}",
    "frame.len > 100",
    "frame.cap_len < 60",
    "frame.time_delta < 0.0011",
    "frame.time_relative >= 0.005",
    "frame[0:3] == 00:00:00",
    "tcp.srcport < tcp.dstport",
    "tcp.port != 502",
    "tcp.port !== 502",
    "all tcp.port > 1024",
    "len(tcp.payload) > 12",
    "vlan.id == 5",
]


def read(path: Path) -> list[Packet]:
    return [packet for some in Captures.of_files([str(path)]).packets() for packet in some]


def by_tshark(path: Path, text: str) -> set[int]:
    program = need_program("tshark", "tshark")
    done = subprocess.run(
        [program, "-r", str(path), "-Y", text, "-T", "fields", "-e", "frame.number"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{text}: {done.stderr}"
    return {int(line) for line in done.stdout.split()}


def differing(path: Path, packets: list[Packet], texts: list[str]) -> dict[str, set[int]]:
    found = {}
    for text in texts:
        passes = compile_filter(text)
        different = {packet.frame for packet in packets if passes(packet)} ^ by_tshark(path, text)
        if different:
            found[text] = different
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_the_filters_of_the_documents_choose_the_same_packets(name: str) -> None:
    path = captures() / name
    allowed = set(ONLY_OURS.get(name, {}))
    packets = read(path)
    for text, different in differing(path, packets, DOCUMENTED).items():
        assert different <= allowed, text
    exceptions = compile_filter("modbus.func_code >= 128")
    assert {one.frame for one in packets if exceptions(one)} == by_tshark(path, "modbus.exception_code")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["icsnpp-modbus_example.pcap", "quickdraw-modbus_test_data_part1.pcap"])
def test_every_filter_chooses_the_same_packets_of_public_captures(name: str) -> None:
    path = captures() / name
    assert differing(path, read(path), FILTERS) == {}


@pytest.mark.timeout(300)
def test_every_filter_chooses_the_same_packets_of_our_captures(tmp_path: Path) -> None:
    records = recorded().records
    behind = polling().records
    later = [(time + 60_000_000, link, length, data) for time, link, length, data in behind]
    several = [on_link(one, ETHERNET, (5,)) for one in records[:8]] + [
        on_link(one, ETHERNET) for one in records[8:]
    ]
    plain = write(tmp_path / "one.pcap", several)
    mixed = write(
        tmp_path / "several.pcapng", [*later, on_ipv6(Talk(client_port=50009).asks(ask(9)).records[0])]
    )
    repeated = {packet.frame for packet in read(plain) if packet.retransmission}
    assert repeated == by_tshark(plain, "tcp.analysis.retransmission") == {12}
    for path in (plain, mixed):
        assert differing(path, read(path), FILTERS) == {}
