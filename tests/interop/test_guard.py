"""Foreign clients through the guard to a foreign server: nobody notices it but those who may not."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from port502.guard.auditor import Auditor
from port502.guard.gate import Gate
from port502.guard.guard import Guard
from port502.guard.policy import Policy, ValueLimits
from port502.guard.settings import GuardSettings
from tests.guard.rules import rule
from tests.peers import known, libmodbus, mbpoll, modbus_serial, pymodbus_peer

pytestmark = pytest.mark.interop

POLICY = Policy(
    (
        rule("reads", "1 2 3 4", "holding:0*200", "input:0*100", "coil:0*100", "discrete:0*100", units={1}),
        rule("setpoint", "6 16 22 23", "holding:100*10", units={1}, values=ValueLimits(maximum=500)),
        rule("lamps", "5 15", "coil:8*8", units={1}),
    )
)


@contextlib.contextmanager
def guarding(url: str, made: Policy = POLICY, window: int = 1) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A guard in a thread of its own: its port, and what it wrote down."""
    heard: list[dict[str, Any]] = []
    loop = asyncio.new_event_loop()
    ready, stopping = threading.Event(), asyncio.Event()
    ports: list[int] = []

    async def work() -> None:
        gate = Gate(made, Auditor(tell=(heard.append,)))
        async with Guard(
            "tcp://127.0.0.1:0", url, gate, settings=GuardSettings(window=window, timeout=5.0)
        ) as guard:
            ports.append(guard.server.port)
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(work()))
    thread.start()
    try:
        assert ready.wait(20)
        yield ports[0], heard
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(20)
        loop.close()


@pytest.fixture
def guarded() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A guard before libmodbus's server."""
    with libmodbus.Server.tcp() as server, guarding(f"tcp://127.0.0.1:{server.port}") as found:
        yield found


def test_pymodbus_reads_and_writes_what_it_may(guarded: tuple[int, list[dict[str, Any]]]) -> None:
    port, heard = guarded
    with pymodbus_peer.client(port) as client:
        assert (
            client.read_holding_registers(0, count=100, device_id=1).registers
            == known.HOLDING_REGISTERS[:100]
        )
        assert client.read_coils(0, count=64, device_id=1).bits[:64] == known.COILS[:64]
        assert not client.write_register(100, 500, device_id=1).isError()
        assert not client.write_registers(101, [1, 2, 3], device_id=1).isError()
        assert client.read_holding_registers(100, count=4, device_id=1).registers == [500, 1, 2, 3]
        for refused in (
            client.write_register(100, 501, device_id=1),
            client.write_register(99, 1, device_id=1),
            client.write_registers(108, [1, 2, 3], device_id=1),
            client.read_holding_registers(190, count=20, device_id=1),
            client.read_holding_registers(0, count=1, device_id=2),
            client.write_coil(7, True, device_id=1),
        ):
            assert refused.isError()
            assert refused.exception_code == 1
        assert client.read_holding_registers(100, count=1, device_id=1).registers == [500]
    assert len([said for said in heard if said["event"] == "write"]) == 2
    written = next(said for said in heard if said["event"] == "write")
    assert (written["before"], written["after"]) == ([known.HOLDING_REGISTERS[100]], [500])


def test_pymodbus_masks_and_reads_with_a_write(guarded: tuple[int, list[dict[str, Any]]]) -> None:
    port, _ = guarded
    with pymodbus_peer.client(port) as client:
        client.write_register(105, 0x0012, device_id=1)
        assert not client.mask_write_register(
            address=105, and_mask=0x00F2, or_mask=0x0025, device_id=1
        ).isError()
        assert (
            client.mask_write_register(address=105, and_mask=0xFFFF, or_mask=0xFFFF, device_id=1).isError()
            is False
        )
        assert client.mask_write_register(address=105, and_mask=0x00FF, or_mask=0xFF00, device_id=1).isError()
        both = client.readwrite_registers(
            read_address=105, read_count=1, write_address=106, values=[7], device_id=1
        )
        assert both.registers == [0x0017]
        assert client.readwrite_registers(
            read_address=105, read_count=1, write_address=99, values=[7], device_id=1
        ).isError()


def test_mbpoll_reads_and_writes_what_it_may(guarded: tuple[int, list[dict[str, Any]]]) -> None:
    port, _ = guarded
    poll = mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, 0, 10)
    assert [int(value) & 0xFFFF for value in poll.values.values()] == known.HOLDING_REGISTERS[:10]
    assert mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, 100, write=[42]).ok
    assert not mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, 100, write=[501]).ok
    refused = mbpoll.tcp(port, mbpoll.INPUT_REGISTERS, 100)
    assert not refused.ok
    assert "Illegal function" in refused.output
    assert mbpoll.tcp(port, mbpoll.COILS, 8, write=[1]).ok
    assert int(mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, 100).values[100]) == 42


def test_modbus_serial_has_many_requests_on_their_way_at_once() -> None:
    with libmodbus.Server.tcp() as server, guarding(f"tcp://127.0.0.1:{server.port}") as (port, heard):
        calls: list[list[object]] = [["readHoldingRegisters", at, 2] for at in range(0, 40, 2)]
        calls.insert(7, ["writeRegister", 5, 1])
        calls.insert(15, ["writeRegister", 100, 77])
        results = modbus_serial.call(port, calls, together=True)
        values = [result["value"] for result in results if "value" in result]
        assert len(values) == 21
        assert "error" in results[7]
        reads = [values[index] for index in range(21) if index != 14]
        assert [one["data"] for one in reads] == [
            known.HOLDING_REGISTERS[at : at + 2] for at in range(0, 40, 2)
        ]
    assert sorted(said["event"] for said in heard) == ["new write", "refused", "write"]


def test_libmodbus_talks_to_itself_through_the_guard(guarded: tuple[int, list[dict[str, Any]]]) -> None:
    port, _ = guarded
    with libmodbus.Client.tcp(port) as client:
        assert client.read_holding_registers(0, 125) == known.HOLDING_REGISTERS[:125]
        with pytest.raises(libmodbus.LibmodbusError) as refused:
            client.write_register(0, 1)
        assert refused.value.exception == 1
        client.write_register(100, 9)
        assert client.read_holding_registers(100, 1) == [9]
