"""The gateway between programs that nobody here wrote: RTU slaves, TCP clients, serial masters."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from port502.client import SyncClient
from port502.errors import GatewayPathUnavailableError, GatewayTargetError, Port502Error
from tests.e2e.program import Program
from tests.interop.our_device import serve
from tests.peers import known, libmodbus, mbpoll, need_program, pymodbus_peer, socat
from tests.peers.party_line import PartyLine, party_line

pytestmark = pytest.mark.interop

SLAVES = (2, 3, 4, 5)
PYMODBUS = 7
PATIENCE = 30.0


@contextlib.contextmanager
def gateway(*words: str) -> Iterator[tuple[Program, str]]:
    """A running gateway and where it listens."""
    with Program("gateway", *words, "--json") as program:
        yield program, json.loads(program.line())["listening"]


def rtu(device: str) -> str:
    return f"rtu://{device}?baud=19200&parity=N"


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def told(program: Program) -> Any:
    """How the gateway fared, once it was ended."""
    assert program.terminate() == 0
    return json.loads(program.rest())


@pytest.fixture
def hall() -> Iterator[PartyLine]:
    """A bus with four slaves of libmodbus; its first end is free."""
    with party_line(5) as bus, contextlib.ExitStack() as running:
        for place, unit in enumerate(SLAVES, 1):
            running.enter_context(libmodbus.Server.rtu(bus.ends[place], unit=unit))
        yield bus


def test_two_lines_are_read_by_four_kinds_of_clients_at_once(hall: PartyLine, tmp_path: Path) -> None:
    # A server of pymodbus answers for every unit of its line, so it has one of its own.
    with contextlib.ExitStack() as running:
        near, far = running.enter_context(socat.line(tmp_path))
        running.enter_context(pymodbus_peer.rtu_server(near))
        words = ["--bus", rtu(hall.ends[0]), "--units", "1-6", "--bus", rtu(far), "--units", "17=7"]
        program, url = running.enter_context(gateway("--listen", "tcp://127.0.0.1:0", *words))
        port = port_of(url)

        def by_mbpoll() -> None:
            for _ in range(3):
                poll = mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, 0, 20, unit=2)
                assert [int(value) for value in poll.values.values()] == known.HOLDING_REGISTERS[:20], (
                    poll.output
                )

        def by_pymodbus() -> None:
            with pymodbus_peer.client(port) as client:
                for unit in (*SLAVES, 17) * 5:
                    read = client.read_holding_registers(5, count=100, device_id=unit)
                    assert read.registers == known.HOLDING_REGISTERS[5:105]

        def by_libmodbus() -> None:
            with libmodbus.Client.tcp(port, unit=3) as client:
                for _ in range(20):
                    assert client.read_coils(3, 500) == known.COILS[3:503]

        def by_ours() -> None:
            with SyncClient(url, unit=4) as client:
                for _ in range(20):
                    assert client.read_input_registers(0, 125) == known.INPUT_REGISTERS[:125]

        together(by_mbpoll, by_pymodbus, by_libmodbus, by_ours)
        fared = told(program)
    for bus in fared["buses"]:
        assert (bus["no_answer"], bus["discarded"]["damaged"]) == (0, 0)
        assert all(unit["learned"] for unit in bus["units"] if unit["replies"] >= 16)
    assert [{unit["unit"] for unit in bus["units"]} for bus in fared["buses"]] == [set(SLAVES), {PYMODBUS}]
    assert len(fared["clients"]) == 6


def test_writes_reach_the_slave_once_and_silence_is_0b(hall: PartyLine) -> None:
    words = (
        "--listen",
        "tcp://127.0.0.1:0",
        "--bus",
        rtu(hall.ends[0]),
        "--units",
        "1-16",
        "--timeout",
        "0.3",
    )
    with gateway(*words) as (program, url), SyncClient(url) as client:
        client.write_registers(0, [7, 8, 9], unit=3)
        assert client.read_holding_registers(0, 3, unit=3) == [7, 8, 9]
        with pytest.raises(GatewayTargetError):
            client.write_register(0, 1, unit=9)
        with pytest.raises(GatewayPathUnavailableError):
            client.read_holding_registers(0, unit=17)
        told(program)
    sent = b"".join(data for sender, data in hall.heard if sender == 0)
    assert sent.count(bytes.fromhex("09 06 0000 0001")) == 1


def test_a_serial_master_reads_tcp_devices(tmp_path: Path) -> None:
    with (
        socat.line(tmp_path) as (near, far),
        serve("tcp://127.0.0.1:0") as ours,
        pymodbus_peer.server() as foreign,
    ):
        words = ["--listen", rtu(near), "--bus", f"tcp://127.0.0.1:{ours.port}", "--units", "1-3=1-3"]
        words += ["--bus", f"tcp://127.0.0.1:{foreign}", "--units", "11=1"]
        with gateway(*words) as (program, _):
            assert values_of(far, unit=1) == values_of(far, unit=11) == known.HOLDING_REGISTERS[:20]
            with libmodbus.Client.rtu(far, unit=11) as master:
                master.write_registers(0, [5] * 100)
                assert master.read_holding_registers(0, 101) == [5] * 100 + known.HOLDING_REGISTERS[100:101]
                with pytest.raises(libmodbus.LibmodbusError) as refusal:
                    master.read_holding_registers(known.REGISTERS, 1)
                assert refusal.value.exception == 2
            assert not mbpoll.rtu(far, mbpoll.HOLDING_REGISTERS, 0, unit=20).ok  # silence: another's unit
            assert [bus["no_answer"] for bus in told(program)["buses"]] == [0, 0]


def test_a_serial_master_gets_0b_in_time_when_the_device_is_down(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    with socat.line(tmp_path) as (near, far):
        words = ["--listen", rtu(near), "--bus", f"tcp://127.0.0.1:{unused_tcp_port}", "--units", "1-9"]
        with gateway(*words), libmodbus.Client.rtu(far, unit=5, seconds=1.0) as master:
            for _ in range(3):
                with pytest.raises(libmodbus.LibmodbusError) as refusal:
                    master.read_holding_registers(0, 1)
                assert refusal.value.exception == 11


def test_a_port_that_vanishes_is_0a_and_comes_back(tmp_path: Path) -> None:
    with contextlib.ExitStack() as plugged:
        near, far = plugged.enter_context(socat.line(tmp_path))
        plugged.enter_context(serve(rtu(near)))
        words = ["--listen", "tcp://127.0.0.1:0", "--bus", rtu(far), "--units", "1"]
        with gateway(*words) as (program, url), SyncClient(url, response_timeout=5.0) as client:
            assert client.read_holding_registers(0, 3) == known.HOLDING_REGISTERS[:3]
            plugged.close()
            until_(lambda: refused(client, GatewayPathUnavailableError))
            near, _ = plugged.enter_context(socat.line(tmp_path))
            plugged.enter_context(serve(rtu(near)))
            until_(lambda: refused(client, None))
            assert client.read_holding_registers(0, 3) == known.HOLDING_REGISTERS[:3]
            told(program)


def test_wireshark_reads_what_was_recorded(hall: PartyLine, tmp_path: Path) -> None:
    tshark = need_program("tshark", "Debian package tshark")
    capture = tmp_path / "both.pcap"
    words = ["--listen", "tcp://127.0.0.1:0", "--bus", rtu(hall.ends[0]), "--record", str(capture)]
    with gateway(*words) as (program, url):
        with SyncClient(url, unit=2) as client:
            client.read_holding_registers(0, 10)
            client.read_coils(0, 16)
        told(program)
    port = port_of(url)
    command = [tshark, "-r", str(capture), "-d", f"tcp.port=={port},mbtcp", "-d", "tcp.port==10502,mbrtu"]
    fields = ["-T", "fields", "-e", "mbtcp.unit_id", "-e", "mbrtu.unit_id", "-e", "modbus.func_code"]
    done = subprocess.run([*command, "-Y", "modbus", *fields], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.splitlines()) == sorted(["2\t\t3", "2\t\t1", "\t2\t3", "\t2\t1"] * 2)


def together(*jobs: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result(2 * PATIENCE)


def values_of(device: str, *, unit: int) -> list[int]:
    poll = mbpoll.rtu(device, mbpoll.HOLDING_REGISTERS, 0, 20, unit=unit)
    assert poll.ok, poll.output
    return [int(value) for value in poll.values.values()]


def refused(client: SyncClient, with_: type[Port502Error] | None) -> bool:
    """Whether a read fails so; with None: whether it does not."""
    try:
        client.read_holding_registers(0, 1)
    except Port502Error as error:
        return with_ is not None and isinstance(error, with_)
    return with_ is None


def until_(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
