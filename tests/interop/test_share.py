"""Foreign clients of every kind at once, sharing the one connection that a libmodbus server takes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program
from tests.peers import known, libmodbus, mbpoll, modbus_serial, need_program, pymodbus_peer, pymodbustcp

pytestmark = pytest.mark.interop

ROUNDS = 100
REGISTERS = known.HOLDING_REGISTERS


class OneConnection(libmodbus.Server):
    """A libmodbus server that serves one connection and closes every other at once."""

    accepted = 0

    def _accept(self) -> int:
        line = super()._accept()
        self.accepted += 1
        if self.accepted == 1:
            self.only = line
        else:
            os.close(line)
        return self.only


@pytest.fixture
def server() -> Iterator[OneConnection]:
    with OneConnection.tcp() as server:
        yield server


def port_of(share: Program) -> int:
    return int(json.loads(share.line())["listening"].rpartition(":")[2])


def sharing(server: libmodbus.Server, *options: str) -> Program:
    return Program("share", f"127.0.0.1:{server.port}", "--listen", "tcp://127.0.0.1:0", "--json", *options)


def by_libmodbus(port: int) -> None:
    with libmodbus.Client.tcp(port) as client:
        for _ in range(ROUNDS):
            assert client.read_holding_registers(0, 125) == REGISTERS[:125]
            assert client.read_coils(3, 2000) == known.COILS[3:2003]


def by_pymodbus(port: int) -> None:
    with pymodbus_peer.client(port) as client:
        for at in range(ROUNDS):
            assert client.read_holding_registers(at, count=20).registers == REGISTERS[at : at + 20]
            assert client.read_input_registers(0, count=9).registers == known.INPUT_REGISTERS[:9]


def by_pymodbustcp(port: int) -> None:
    with pymodbustcp.client(port) as client:
        for at in range(ROUNDS):
            assert client.read_holding_registers(0, 125) == REGISTERS[:125]
            assert client.read_discrete_inputs(at, 17) == known.DISCRETE_INPUTS[at : at + 17]


def by_modbus_serial(port: int) -> None:
    calls = [["readHoldingRegisters", at, 10] for at in range(ROUNDS)]
    for at, result in enumerate(modbus_serial.call(port, calls, together=True)):
        assert result["value"]["data"] == REGISTERS[at : at + 10]


def by_mbpoll(port: int) -> None:
    for at in range(5):
        poll = mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, at, 50)
        assert poll.ok, poll.output
        assert len(poll.values) == 50


CLIENTS: list[Callable[[int], Any]] = [
    by_libmodbus,
    by_pymodbus,
    by_pymodbustcp,
    by_modbus_serial,
    by_mbpoll,
]


@pytest.mark.slow
@pytest.mark.parametrize("cache", [None, "50ms"])
def test_five_foreign_clients_share_one_connection(server: OneConnection, cache: str | None) -> None:
    options = ["--cache", cache] if cache else []
    with sharing(server, *options) as share:
        port = port_of(share)
        with ThreadPoolExecutor(len(CLIENTS)) as pool:
            for done in [pool.submit(client, port) for client in CLIENTS]:
                done.result(60)
        assert share.terminate() == 0
        told = json.loads(share.rest())
    assert server.accepted == 1
    assert told["requests"] >= 7 * ROUNDS
    assert sum(told["errors"].values()) == 0
    assert told["device_requests"] == len(server.requests)
    spared = told["requests"] - told["device_requests"]
    assert spared == told["joined"] + told["cache_hits"]
    assert spared > 0 if cache else spared >= 0


def test_what_one_foreign_client_writes_the_others_read_at_once(server: OneConnection) -> None:
    with sharing(server, "--cache", "1m") as share:
        port = port_of(share)
        with (
            libmodbus.Client.tcp(port) as one,
            pymodbus_peer.client(port) as other,
            pymodbustcp.client(port) as third,
        ):
            for value in range(100, 120):
                assert len(other.read_holding_registers(0, count=50).registers) == 50
                one.write_register(7, value)
                assert third.read_holding_registers(7, 1) == [value]
                third.write_multiple_registers(8, [value, value])
                assert other.read_holding_registers(7, count=3).registers == [value] * 3
                assert one.read_holding_registers(7, 3) == [value] * 3
    assert server.accepted == 1


def test_exceptions_of_the_device_arrive_as_they_are(server: OneConnection) -> None:
    with sharing(server) as share, libmodbus.Client.tcp(port_of(share)) as client:
        for _ in range(2):
            with pytest.raises(libmodbus.LibmodbusError) as caught:
                client.read_holding_registers(known.REGISTERS, 2)
            assert caught.value.exception == 2
        assert client.raw(1, b"\x42\0\0") == b"\xc2\x01"
        assert client.read_holding_registers(0, 1) == REGISTERS[:1]


def test_wireshark_reads_both_sides_of_what_was_recorded(server: OneConnection, tmp_path: Path) -> None:
    tshark = need_program("tshark", "Debian package tshark")
    capture = tmp_path / "both.pcap"
    with sharing(server, "--record", str(capture)) as share:
        port = port_of(share)
        with pymodbus_peer.client(port) as client:
            assert client.read_holding_registers(0, count=10).registers == REGISTERS[:10]
        assert share.terminate() == 0
    ports = [f"tcp.port=={one},mbtcp" for one in (port, server.port)]
    fields = ["-T", "fields", "-e", "tcp.dstport", "-e", "modbus.func_code"]
    command = [tshark, "-r", str(capture), "-d", ports[0], "-d", ports[1], "-Y", "modbus", *fields]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [line.split("\t") for line in done.stdout.splitlines()]
    assert {function for _, function in found} == {"3"}
    assert len(found) == 4
    assert {str(port), str(server.port)} < {to for to, _ in found}
