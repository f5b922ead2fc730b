"""Every typed call of the blocking client, on a device with something behind each function code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from port502.client import SyncClient
from port502.errors import IllegalFunctionError, UsageError
from tests.client.devices import full_device
from tests.served import served


@pytest.fixture
def client() -> Iterator[SyncClient]:
    with served(full_device()) as server, SyncClient(server.url) as client:
        yield client


def test_reading_bits(client: SyncClient) -> None:
    assert client.read_coils(0, 9) == [True, False, True, False, True, False, True, False, True]
    assert client.read_discrete_inputs(1) == [True]
    assert len(client.read_coils(0, 2000)) == 2000


def test_reading_registers(client: SyncClient) -> None:
    assert client.read_holding_registers(100, 3) == [100, 101, 102]
    assert client.read_holding_registers(0, 125) == list(range(125))
    assert client.read_input_registers(0, 2) == [7, 7]


def test_writing_coils(client: SyncClient) -> None:
    client.write_coil(1, True)
    client.write_coils(8, [False] * 9)
    assert client.read_coils(0, 3) == [True, True, True]
    assert client.read_coils(7, 11) == [False] * 10 + [False]


def test_writing_registers(client: SyncClient) -> None:
    client.write_register(0, 65535)
    client.write_registers(1, [1, 2, 3])
    assert client.read_holding_registers(0, 4) == [65535, 1, 2, 3]


def test_mask_write_follows_the_formula_of_clause_6_16(client: SyncClient) -> None:
    client.write_register(4, 0x12)
    client.mask_write_register(4, 0xF2, 0x25)
    assert client.read_holding_registers(4) == [0x17]


def test_read_write_writes_first(client: SyncClient) -> None:
    assert client.read_write_registers(10, 3, 11, [500]) == [10, 500, 12]


def test_queue_and_file(client: SyncClient) -> None:
    assert client.read_fifo_queue(50) == [1, 2]
    assert client.read_file_record(1, 0, 3) == [10, 20, 30]
    client.write_file_record(1, 1, [99])
    assert client.read_file_record(1, 0, 3) == [10, 99, 30]


def test_diagnostics_and_counters(client: SyncClient) -> None:
    assert client.read_exception_status() == 0x5A
    assert client.diagnostics(0, b"\xa5\x37") == b"\xa5\x37"
    before = (client.get_comm_event_counter()).event_count
    client.write_register(0, 1)
    counter = client.get_comm_event_counter()
    assert counter.event_count == before + 1
    assert (client.get_comm_event_log()).event_count == counter.event_count


def test_who_it_is(client: SyncClient) -> None:
    assert client.read_device_identification() == {0: b"Acme", 1: b"B200", 2: b"1.4"}
    assert client.read_device_identification(4, 1) == {1: b"B200"}
    assert isinstance(client.report_server_id(), bytes)


def test_canopen_and_anything_else(client: SyncClient) -> None:
    assert client.canopen(b"abc") == b"cba"
    assert client.call(3, b"\0\1\0\1") == b"\x02\0\1"
    with pytest.raises(IllegalFunctionError):
        client.call(0x42, b"\1")


def test_typed_values_by_reference(client: SyncClient) -> None:
    assert client.read("40101", "coil:3", "holding:2/uint32", "input:0*2") == [100, False, 2 << 16 | 3, 7, 7]


def test_values_come_with_the_registers_they_were_made_of(client: SyncClient) -> None:
    (reading,) = client.read_detailed("holding:2/uint32:cdab")
    assert reading.value == 3 << 16 | 2
    assert reading.registers == (2, 3)
    assert str(reading.reference) == "holding:2/uint32:cdab"


def test_wrong_use_is_refused_before_anything_is_sent(client: SyncClient) -> None:
    with pytest.raises(UsageError):
        client.read_holding_registers(0, 126)
    with pytest.raises(UsageError):
        client.read_holding_registers(65535, 2)
    with pytest.raises(UsageError):
        client.write_register(0, 65536)
    with pytest.raises(UsageError):
        client.read_coils(0, unit=256)
    with pytest.raises(UsageError):
        client.read("0x0001")
