"""The foreign peers among themselves: the wrappers and the known values hold before ours are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers import known, libmodbus, mbpoll, modbus_serial, pymodbus_peer, pymodbustcp, socat, tshark

pytestmark = pytest.mark.interop


def test_every_server_serves_the_known_values_to_libmodbus(port: int) -> None:
    with libmodbus.Client.tcp(port) as client:
        assert client.read_coils(0, 2000) == known.COILS[:2000]
        assert client.read_discrete_inputs(3, 1999) == known.DISCRETE_INPUTS[3:2002]
        assert client.read_holding_registers(0, 125) == known.HOLDING_REGISTERS[:125]
        assert client.read_input_registers(195, 125) == known.INPUT_REGISTERS[195:]
        client.write_registers(7, known.LIMITS)
        client.write_coils(9, [True, False] * 8)
        assert client.read_holding_registers(7, len(known.LIMITS)) == list(known.LIMITS)
        assert client.read_coils(9, 16) == [True, False] * 8
        with pytest.raises(libmodbus.LibmodbusError) as refusal:
            client.read_holding_registers(known.REGISTERS - 1, 2)
        assert refusal.value.exception == 2


def test_every_client_reads_the_same_from_libmodbus() -> None:
    with libmodbus.Server.tcp() as server:
        first = known.HOLDING_REGISTERS[:10]
        with pymodbus_peer.client(server.port) as client:
            assert client.read_holding_registers(0, count=10).registers == first
        with pymodbustcp.client(server.port) as small:
            assert small.read_holding_registers(0, 10) == first
        poll = mbpoll.tcp(server.port, mbpoll.HOLDING_REGISTERS, 0, 10)
        assert poll.values == {address: str(value) for address, value in enumerate(first)}
        (answer,) = modbus_serial.call(server.port, [["readHoldingRegisters", 0, 10]])
        assert answer["value"]["data"] == first


def test_mbpoll_says_why_it_failed() -> None:
    with libmodbus.Server.tcp() as server:
        poll = mbpoll.tcp(server.port, mbpoll.HOLDING_REGISTERS, known.REGISTERS)
    assert not poll.ok
    assert "Illegal data address" in poll.output


def test_modbus_serial_keeps_several_requests_outstanding() -> None:
    with libmodbus.Server.tcp() as server:
        calls = [["readHoldingRegisters", address, 1] for address in range(5)]
        answers = modbus_serial.call(server.port, calls, together=True)
    assert [answer["value"]["data"][0] for answer in answers] == known.HOLDING_REGISTERS[:5]


def test_a_serial_line_carries_libmodbus_mbpoll_and_pymodbus(tmp_path: Path) -> None:
    with socat.line(tmp_path) as (near, far):
        with libmodbus.Server.rtu(near, unit=7), libmodbus.Client.rtu(far, unit=7) as client:
            assert client.read_coils(0, 2000) == known.COILS[:2000]
            poll = mbpoll.rtu(far, mbpoll.INPUT_REGISTERS, 0, 3, unit=7)
            assert list(poll.values.values()) == [str(value) for value in known.INPUT_REGISTERS[:3]]
        with pymodbus_peer.rtu_server(near), libmodbus.Client.rtu(far, unit=7) as client:
            assert client.read_holding_registers(0, 125) == known.HOLDING_REGISTERS[:125]


def test_tshark_reads_what_libmodbus_says(tmp_path: Path) -> None:
    with libmodbus.Server.tcp() as server:
        with (
            tshark.capturing(tmp_path, server.port) as capture,
            libmodbus.Client.tcp(server.port, unit=17) as client,
        ):
            client.read_holding_registers(5, 3)
            client.mask_write_register(6, 0xF0F0, 0x0F0F)
        requests = [
            record
            for record in tshark.decode(capture, server.port)
            if record["tcp.srcport"] != [str(server.port)]
        ]
    assert [record["modbus.func_code"] for record in requests] == [["3"], ["22"]]
    assert requests[0]["mbtcp.unit_id"] == ["17"]
    assert requests[0]["modbus.reference_num"] == ["5"]
    assert requests[0]["modbus.word_cnt"] == ["3"]
    assert requests[1]["modbus.and_mask"] == ["0xf0f0"]


def test_tshark_reads_a_capture_that_a_test_wrote(tmp_path: Path) -> None:
    request, refusal = bytes.fromhex("000100000006010300000001"), bytes.fromhex("000100000003018302")
    asked, refused = tshark.decode_bytes(tmp_path, [(True, request), (False, refusal)])
    assert asked["modbus.reference_num"] == ["0"]
    assert refused["modbus.exception_code"] == ["2"]
