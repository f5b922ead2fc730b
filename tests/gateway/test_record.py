"""Captures of what passes, read back by hand and by tshark."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.gateway.record import Recorder, RecordingWire, recorded
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.server import Server
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.maybe import Later, must_wait
from tests.peers import need_program

READ = ReadHoldingRegistersRequest(0, 1)


def packets(path: Path) -> list[tuple[float, bytes]]:
    data, found = path.read_bytes(), []
    assert struct.unpack("<IHH", data[:8]) == (0xA1B2C3D4, 2, 4)
    place = 24
    while place < len(data):
        seconds, micro, length, whole = struct.unpack("<IIII", data[place : place + 16])
        assert length == whole
        found.append((seconds + micro / 1e6, data[place + 16 : place + 16 + length]))
        place += 16 + length
    return found


def payloads(path: Path) -> list[bytes]:
    return [packet[40:] for _, packet in packets(path) if len(packet) > 40]


def tshark(path: Path, *options: str) -> list[str]:
    program = need_program("tshark", "Debian package tshark")
    command = [program, "-r", str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


def test_a_conversation_begins_with_a_handshake_and_counts_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    recorder = Recorder(path, clock=lambda: 1_700_000_000.25)
    conversation = recorder.conversation(("10.0.0.1", 5000), ("10.0.0.2", 502))
    conversation.asked(b"abc")
    conversation.answered(b"x" * 1500)
    conversation.ended()
    recorder.close()
    found = packets(path)
    assert [moment for moment, _ in found] == [1_700_000_000.25] * 8
    flags = [packet[33] for _, packet in found]
    assert flags == [0x02, 0x12, 0x10, 0x18, 0x18, 0x18, 0x11, 0x11]
    assert struct.unpack(">HHII", found[6][1][20:32]) == (5000, 502, 4, 1501)
    assert [len(payload) for payload in payloads(path)] == [3, 1400, 100]


def test_a_full_capture_stops_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(tmp_path / "a.pcap", most=400)
    conversation = recorder.serial()
    for _ in range(10):
        conversation.asked(b"x" * 20)
    recorder.close()
    assert recorder.is_full
    assert (tmp_path / "a.pcap").stat().st_size <= 400
    assert caplog.text.count("nothing more is recorded") == 1


def test_a_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot record"):
        Recorder(tmp_path / "nowhere" / "a.pcap")


@pytest.mark.parametrize("host", ["::1", "fe80::1%eth0", "::ffff:10.0.0.1", "", "x"])
def test_peers_without_an_ipv4_address_are_recorded_too(tmp_path: Path, host: str) -> None:
    recorder = Recorder(tmp_path / "a.pcap")
    recorder.conversation((host, 1), ("10.0.0.2", 502)).asked(b"abc")
    recorder.close()
    assert payloads(tmp_path / "a.pcap") == [b"abc"]


async def test_a_serial_listener_is_recorded_as_frames(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.pcap")
    later: Later[Reply] = Later()
    slow = recorded(lambda call: later, recorder.serial())
    waiting = slow(Call(Session(), 7, READ))
    later.give(ExceptionResponse(3, 11))
    assert must_wait(waiting)
    assert await waiting == ExceptionResponse(3, 11)
    recorded(lambda call: None, recorder.serial())(Call(Session(), 7, READ))
    recorder.close()
    asked = bytes.fromhex("07 03 0000 0001 846c")
    assert payloads(tmp_path / "a.pcap") == [asked, bytes.fromhex("07 83 0b e0f6"), asked]


@pytest.mark.interop
async def test_tshark_decodes_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "both.pcap"
    recorder = Recorder(path)
    line = recorder.serial().traffic()
    line("sent", bytes.fromhex("07 03 0000 0001 846c"))
    line("received", bytes.fromhex("07 83 0b e0f6"))
    wire = RecordingWire(recorder, ("127.0.0.1", 502))
    server = Server(Device(holding={0: [5]}), "tcp://127.0.0.1:0", wire=wire)
    async with server:
        from port502.client import Client

        async with Client(f"tcp://127.0.0.1:{server.port}") as client:
            assert await client.read_holding_registers(0) == [5]
    recorder.close()
    fields = (
        "-T",
        "fields",
        "-e",
        "modbus.func_code",
        "-e",
        "modbus.exception_code",
        "-e",
        "_ws.expert.message",
    )
    assert tshark(
        path, "-Y", "mbtcp", "-T", "fields", "-e", "mbtcp.trans_id", "-e", "modbus.regval_uint16"
    ) == [
        "1\t",
        "1\t5",
    ]
    serial = tshark(path, "-d", "tcp.port==10502,mbrtu", "-Y", "mbrtu", *fields)
    assert [line.split("\t")[:2] for line in serial] == [["3", ""], ["3", "11"]]
