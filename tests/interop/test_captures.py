"""Captures of every kind that our tests write, read by us and by tshark: the same messages in the same frames."""

from __future__ import annotations

import json
import random
import signal
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from port502.client import SyncClient
from port502.service.device import Device
from port502.traffic import links
from port502.traffic.captures import Captures
from port502.traffic.message import Message
from port502.traffic.pcap import Record
from port502.traffic.tls.keylog import KeyLog
from tests.cli.served import served
from tests.e2e.program import environment, installed
from tests.peers import absent, need_program
from tests.traffic.files import polling, write
from tests.traffic.tls.talk import MODERN, SUITES, TlsTalk
from tests.traffic.wire import START, Talk, adu, answer, ask, on_ipv6, on_link

pytestmark = pytest.mark.interop

FIELDS = (
    "frame.number",
    "mbtcp.trans_id",
    "mbtcp.unit_id",
    "modbus.func_code",
    "modbus.exception_code",
    "modbus.request_frame",
)
Key = tuple[int, int, int, int]


def tshark(path: Path, *options: str) -> tuple[list[Key], dict[int, int]]:
    """Frame, transaction id, unit and function of each message, and which frame has the request of which."""
    program = need_program("tshark", "Debian package tshark")
    fields = [word for field in FIELDS for word in ("-e", field)]
    command = [program, "-n", "-r", str(path), "-Y", "mbtcp", "-T", "fields", "-E", "occurrence=a", *fields]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60, check=True)
    keys, requests = [], {}
    for line in done.stdout.splitlines():
        frame, numbers, units, codes, _, request = line.split("\t")
        for number, unit, code in zip(numbers.split(","), units.split(","), codes.split(","), strict=True):
            keys.append((int(frame), int(number), int(unit), int(code)))
        if request and "," not in request:
            requests[int(frame)] = int(request)
    return keys, requests


def ours(path: Path, *ports: int) -> list[Message]:
    reading = Captures.of_files([str(path)], ports)
    messages = [one for batch in reading.messages() for one in batch]
    assert reading.problems == []
    return [one for one in messages if one.func_code is not None]


def keys(messages: list[Message]) -> list[Key]:
    return [(one.frame, one.trans_id or 0, one.unit_id or 0, one.func_code or 0) for one in messages]


def agree(path: Path) -> list[Message]:
    """Both read the same; gives what we read."""
    mine = ours(path)
    theirs, requests = tshark(path)
    assert keys(mine) == theirs
    assert mine
    for one in mine:
        if one.frame in requests and one.request_frame is not None:
            assert one.request_frame == requests[one.frame]
    return mine


@pytest.mark.parametrize("name", ["a.pcap", "a.pcapng"])
@pytest.mark.parametrize("link", [link for link in links.NAMES if link not in (links.IPV6, 12, 14)])
def test_links(tmp_path: Path, link: int, name: str) -> None:
    agree(write(tmp_path / name, [on_link(one, link) for one in polling().records]))


@pytest.mark.parametrize("vlans", [(7,), (100, 7)])
def test_vlans(tmp_path: Path, vlans: tuple[int, ...]) -> None:
    records = [on_link(one, links.ETHERNET, vlans) for one in polling().records]
    agree(write(tmp_path / "a.pcap", records))


def test_ipv6(tmp_path: Path) -> None:
    mine = agree(write(tmp_path / "a.pcap", [on_ipv6(one) for one in polling().records]))
    assert mine[0].src == "fd00::a00:1"


def test_nanoseconds(tmp_path: Path) -> None:
    records = [(time + 789, *rest) for time, *rest in polling().records]
    path = write(tmp_path / "a.pcap", records)
    program = need_program("tshark", "Debian package tshark")
    done = subprocess.run(
        [program, "-r", str(path), "-Y", "mbtcp", "-T", "fields", "-e", "frame.time_epoch"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [f"{one.time / 1e9:.3f}" for one in ours(path)] == [
        f"{float(line):.3f}" for line in done.stdout.split()
    ]
    assert [int(line.replace(".", "")) for line in done.stdout.split()] == [one.time for one in ours(path)]


@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_big_endian_files(tmp_path: Path, magic: int) -> None:
    path = tmp_path / "a.pcap"
    data = struct.pack(">IHHiIII", magic, 2, 4, 0, 0, 65535, links.IPV4)
    for time, _, length, packet in polling().records:
        head = struct.pack(
            ">IIII", time // 10**9, time % 10**9 // (1 if magic & 0xFF == 0x4D else 1000), length, length
        )
        data += head + packet
    path.write_bytes(data)
    agree(path)


def test_a_pcapng_of_several_interfaces(tmp_path: Path) -> None:
    kinds: list[Callable[[Record], Record]] = [
        lambda one: one,
        lambda one: on_link(one, links.ETHERNET),
        lambda one: on_link(one, links.SLL),
    ]
    records = [kinds[number % 3](one) for number, one in enumerate(polling().records)]
    agree(write(tmp_path / "a.pcapng", records))


def test_glued_and_split(tmp_path: Path) -> None:
    """A message is cut behind its header and function: tshark does not take fewer bytes for the begin of one."""
    talk = Talk(opened=True)
    chance = random.Random(1)
    for messages, send in (
        ([ask(number, number, 3) for number in range(1, 60)], talk.asks),
        ([answer(number, 1, 2, 3) for number in range(1, 60)], talk.answers),
    ):
        rest = b""
        while messages:
            several = chance.randrange(1, 5)
            glued = rest + b"".join(messages[:several])
            del messages[:several]
            rest = glued[len(glued) - chance.randrange(1, 4) :] if chance.random() < 0.6 else b""
            send(glued[: len(glued) - len(rest)])
        if rest:
            send(rest)
    mine = agree(write(tmp_path / "a.pcap", talk.records))
    assert len([one for one in mine if one.request is not None]) == 59


def test_repeated_segments(tmp_path: Path) -> None:
    talk = Talk(opened=True)
    for number in range(1, 30):
        talk.asks(ask(number))
        if number % 3 == 0:
            talk.segment(ask(number), at=talk.sent[True] - 12)
        talk.answers(answer(number, number))
        if number % 5 == 0:
            talk.segment(answer(number, number), client=False, at=talk.sent[False] - 11)
    agree(write(tmp_path / "a.pcap", talk.records))


def test_lost_segments(tmp_path: Path) -> None:
    talk = Talk(opened=True)
    for number in range(1, 30):
        talk.skip(12) if number % 4 == 0 else talk.asks(ask(number))
        talk.skip(11, client=False) if number % 5 == 0 else talk.answers(answer(number, number))
    agree(write(tmp_path / "a.pcap", talk.records))


def test_segments_that_change_places(tmp_path: Path) -> None:
    """tshark puts them in order only when told to, and then lists a message at the frame that closes the hole."""
    talk = Talk(opened=True)
    for number in range(1, 30):
        start = talk.sent[True]
        data = ask(number) + ask(100 + number)
        talk.segment(data[18:], at=start + 18).segment(data[:18], at=start).skip(24)
    path = write(tmp_path / "a.pcap", talk.records)
    mine = ours(path)
    theirs, _ = tshark(path, "-o", "tcp.reassemble_out_of_order:TRUE")
    assert sorted(key[1] for key in keys(mine)) == sorted(key[1] for key in theirs)
    assert keys(mine) == theirs


def test_fragments(tmp_path: Path) -> None:
    records: list[Record] = []
    for number, (time, link, _, data) in enumerate(polling().records):
        body = data[20:]
        for at in range(0, len(body), 24):
            part = body[at : at + 24]
            word = at // 8 | (0x2000 if at + 24 < len(body) else 0)
            piece = data[:2] + struct.pack(">HHH", 20 + len(part), number + 1, word) + data[8:20] + part
            records.append((time, link, len(piece), piece))
    agree(write(tmp_path / "a.pcap", records))


def test_cut_packets(tmp_path: Path) -> None:
    talk = Talk(opened=True)
    for number in range(1, 20):
        talk.asks(ask(number, 0, 20)).answers(answer(number, *range(20)))
    records = [(time, link, length, data[:70]) for time, link, length, data in talk.records]
    mine = agree(write(tmp_path / "a.pcap", records))
    assert len([one for one in mine if one.problems]) == 19


def test_any_functions_by_any_number_of_clients(tmp_path: Path) -> None:
    chance = random.Random(5)
    exchanges = [
        ("01 0013 0025", "01 05 cd6bb20e1b"),
        ("02 00c4 0016", "02 03 acdb35"),
        ("05 00ac ff00", "05 00ac ff00"),
        ("06 0001 0003", "86 03"),
        ("07", "07 6d"),
        ("08 0000 a537", "08 0000 a537"),
        ("0b", "0b ffff 0108"),
        ("0f 0013 000a 02 cd01", "0f 0013 000a"),
        ("10 0001 0002 04 000a 0102", "10 0001 0002"),
        ("11", "11 03 01 ff 05"),
        ("16 0004 00f2 0025", "16 0004 00f2 0025"),
        ("17 0003 0002 000e 0001 02 00ff", "17 04 00fe 0acd"),
        ("18 04de", "18 0006 0002 01b8 1284"),
        ("2b 0e 01 00", "2b 0e 01 01 00 00 01 00 01 41"),
        ("5a 00 01", "5a 00 fe"),
    ]
    talks = [
        Talk(client_port=50_000 + number, first=chance.randrange(2**32), opened=True) for number in range(9)
    ]
    for number in range(200):
        request, response = chance.choice(exchanges)
        talk = chance.choice(talks)
        talk.asks(adu(number, request, number % 5)).answers(adu(number, response, number % 5))
    records = [record for talk in talks for record in talk.records]
    chance.shuffle(talks)
    stamped = [(START + place, *record[1:]) for place, record in enumerate(records)]
    agree(write(tmp_path / "a.pcap", stamped))


def test_what_we_save_tshark_reads(tmp_path: Path) -> None:
    from port502.traffic.saving import Saving

    given = write(tmp_path / "a.pcapng", [on_link(one, links.ETHERNET) for one in polling().records])
    for name in ("b.pcap", "b.pcapng"):
        saving = Saving(tmp_path / name)
        for packets in Captures.of_files([str(given)]).packets():
            saving.add(one for one in packets if one.messages)
        saving.close()
        assert len(agree(tmp_path / name)) == 13


@pytest.mark.parametrize("suite", [MODERN, *SUITES])
def test_tls_with_its_key_log(tmp_path: Path, suite: str) -> None:
    talk = TlsTalk(tmp_path, suite)
    for number in (1, 2, 3):
        talk.asks(ask(number)).answers(answer(number, 5, 6))
    path = write(tmp_path / "a.pcap", talk.talk.records)
    reading = Captures.of_files([str(path)], (), KeyLog(talk.keys.read_bytes()))
    mine = [one for batch in reading.messages() for one in batch]
    theirs, _ = tshark(path, "-o", f"tls.keylog_file:{talk.keys}", "-d", "tls.port==802,mbtcp")
    assert keys(mine) == theirs
    assert len(mine) == 6


def test_a_pipe_of_dumpcap() -> None:
    """What dumpcap captures is told while it is captured, and the end of the pipe is the end."""
    program = need_program("dumpcap", "Debian package wireshark-common")
    with served(Device(holding={0: [41, 42]})) as url:
        port = url.rpartition(":")[2]
        listening = [program, "-q", "-i", "lo", "-f", f"tcp port {port}", "-w", "-"]
        with subprocess.Popen(listening, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as capturing:
            assert capturing.stderr is not None
            if not any(b"File:" in line for line in capturing.stderr):
                absent("the right to capture on the loopback interface", "run as root")
            reading = [*installed(), "inspect", "-", "--json", "--port", port]
            with subprocess.Popen(
                reading, stdin=capturing.stdout, stdout=subprocess.PIPE, env=environment()
            ) as inspecting:
                assert inspecting.stdout is not None
                with SyncClient(url) as client:
                    assert client.read_holding_registers(0, 2) == [41, 42]
                asked, answered = (json.loads(inspecting.stdout.readline()) for _ in range(2))
                capturing.send_signal(signal.SIGINT)
                assert inspecting.wait(20) == 0
                assert inspecting.stdout.read() == b""
    assert (asked["func_code"], asked["is_response"]) == (3, False)
    assert (answered["values"], answered["request_frame"]) == ([41, 42], asked["frame"])
