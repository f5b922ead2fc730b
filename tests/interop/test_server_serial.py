"""Our RTU server on a serial line with foreign masters: libmodbus, mbpoll and pymodbus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient

from tests.interop.our_device import Served, serve
from tests.peers import known, libmodbus, mbpoll, socat

pytestmark = pytest.mark.interop


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[str, str]]:
    with socat.line(tmp_path) as ends:
        yield ends


@pytest.fixture
def served(line: tuple[str, str]) -> Iterator[Served]:
    with serve(f"rtu://{line[0]}?baud=19200&parity=N") as served:
        yield served


def test_libmodbus_reads_and_writes_the_largest_quantities(line: tuple[str, str], served: Served) -> None:
    values = [value * 521 & 0xFFFF for value in range(123)]
    with libmodbus.Client.rtu(line[1]) as client:
        assert client.read_coils(0, 2000) == known.COILS[:2000]
        assert client.read_input_registers(0, 125) == known.INPUT_REGISTERS[:125]
        client.write_registers(0, values)
        client.write_coils(0, [True] * 1968)
        assert client.read_write_registers(0, 125, 123, [1, 2]) == [*values, 1, 2]
        assert served.device.coil.read(0, 1969) == [True] * 1968 + known.COILS[1968:1969]


def test_libmodbus_gets_exceptions_and_goes_on(line: tuple[str, str], served: Served) -> None:
    with libmodbus.Client.rtu(line[1]) as client:
        with pytest.raises(libmodbus.LibmodbusError) as refusal:
            client.read_holding_registers(known.REGISTERS, 1)
        assert refusal.value.exception == 2
        assert client.read_holding_registers(0, 1) == known.HOLDING_REGISTERS[:1]


def test_a_broadcast_is_carried_out_and_not_answered(line: tuple[str, str], served: Served) -> None:
    with libmodbus.Client.rtu(line[1], unit=0, seconds=0.3) as client:
        with pytest.raises(libmodbus.LibmodbusError, match="timed out"):
            client.write_register(3, 4711)
        client.set_unit(1)
        assert client.read_holding_registers(3, 1) == [4711]


def test_mbpoll_reads_and_writes(line: tuple[str, str], served: Served) -> None:
    poll = mbpoll.rtu(line[1], mbpoll.HOLDING_REGISTERS, 0, 100)
    assert list(poll.values.values()) == [str(value) for value in known.HOLDING_REGISTERS[:100]]
    assert mbpoll.rtu(line[1], mbpoll.COILS, 5, write=[1, 0, 1]).ok
    assert served.device.coil.read(5, 3) == [True, False, True]


def test_pymodbus_reads_over_rtu(line: tuple[str, str], served: Served) -> None:
    client = ModbusSerialClient(line[1], baudrate=19200, timeout=5, retries=0)
    assert client.connect()
    try:
        assert (
            client.read_holding_registers(0, count=125, device_id=1).registers
            == known.HOLDING_REGISTERS[:125]
        )
    finally:
        client.close()
