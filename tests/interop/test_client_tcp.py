"""Both our clients against every foreign TCP server: each function both sides have, at its limits."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable

import pytest

from port502.errors import IllegalDataAddressError, IllegalFunctionError
from port502.protocol.register_access import ReadHoldingRegistersRequest
from tests.interop.faces import Face
from tests.peers import known, libmodbus, pymodbus_peer, pymodbustcp

pytestmark = pytest.mark.interop

Connect = Callable[..., contextlib.AbstractContextManager[Face]]


def test_every_table_reads_right_at_the_largest_quantities(client: Face) -> None:
    assert client.read_coils(0, 2000) == known.COILS[:2000]
    assert client.read_discrete_inputs(known.BITS - 2000, 2000) == known.DISCRETE_INPUTS[-2000:]
    assert client.read_holding_registers(0, 125) == known.HOLDING_REGISTERS[:125]
    assert client.read_input_registers(known.REGISTERS - 125, 125) == known.INPUT_REGISTERS[-125:]


@pytest.mark.parametrize("count", [1, 7, 8, 9, 15, 16, 17])
def test_bits_that_fill_no_byte_read_right(client: Face, count: int) -> None:
    assert client.read_coils(3, count) == known.COILS[3 : 3 + count]
    assert client.read_discrete_inputs(5, count) == known.DISCRETE_INPUTS[5 : 5 + count]


def test_single_writes_are_kept(client: Face) -> None:
    for address, value in enumerate(known.LIMITS):
        client.write_register(address, value)
    for address, flag in enumerate((True, False, True, True)):
        client.write_coil(address, flag)
    assert client.read_holding_registers(0, len(known.LIMITS)) == list(known.LIMITS)
    assert client.read_coils(0, 5) == [True, False, True, True, known.COILS[4]]


def test_the_largest_multiple_writes_are_kept_and_their_neighbours_stay(client: Face) -> None:
    values = [(value * 3 + 1) & 0xFFFF for value in range(123)]
    flags = [value % 3 == 1 for value in range(1968)]
    client.write_registers(1, values)
    client.write_coils(1, flags)
    assert client.read_holding_registers(0, 125) == [
        known.HOLDING_REGISTERS[0], *values, known.HOLDING_REGISTERS[124],
    ]  # fmt: skip
    assert client.read_coils(0, 1970) == [known.COILS[0], *flags, known.COILS[1969]]


def test_a_refused_address_is_its_own_error_and_the_connection_goes_on(client: Face) -> None:
    with pytest.raises(IllegalDataAddressError, match="illegal data address") as refusal:
        client.read_holding_registers(known.REGISTERS - 1, 2)
    assert (refusal.value.function, refusal.value.code) == (3, 2)
    with pytest.raises(IllegalDataAddressError):
        client.write_register(known.REGISTERS, 1)
    assert client.read_holding_registers(known.REGISTERS - 1) == known.HOLDING_REGISTERS[-1:]


@pytest.mark.parametrize("peer", ["libmodbus", "pymodbus", "pyModbusTCP"], indirect=True)
def test_read_write_registers_writes_before_it_reads(client: Face, peer: str) -> None:
    count = pymodbustcp.READ_WRITE_MAX_READ if peer == "pyModbusTCP" else 125
    written = [value & 0xFFFF for value in range(0xFFC0, 0xFFC0 + 121)]
    read = client.read_write_registers(0, count, 2, written)
    assert read == [*known.HOLDING_REGISTERS[:2], *written, *known.HOLDING_REGISTERS[123:count]]


@pytest.mark.parametrize("peer", ["libmodbus", "pymodbus"], indirect=True)
def test_mask_write_register_changes_only_the_masked_bits(client: Face) -> None:
    client.write_register(4, 0x0012)
    client.mask_write_register(4, 0x00F2, 0x0025)
    assert client.read_holding_registers(4) == [0x0017]


@pytest.mark.parametrize("peer", ["libmodbus"], indirect=True)
def test_libmodbus_reports_its_server_id(client: Face) -> None:
    report = client.report_server_id()
    assert report[:2] == b"\xb4\xff"
    assert report[2:5] == b"LMB"


@pytest.mark.parametrize("peer", ["libmodbus", "modbus-serial"], indirect=True)
def test_an_unknown_function_is_refused_by_its_name(client: Face) -> None:
    with pytest.raises(IllegalFunctionError):
        client.read_fifo_queue(0)


@pytest.mark.parametrize("peer", ["pymodbus"], indirect=True)
class TestFunctionsThatPymodbusHas:
    """FC 7, 8, 11, 12, 17, 20, 21, 24 and 43/14."""

    def test_diagnostics_return_the_query_data(self, client: Face) -> None:
        assert client.diagnostics(0, b"\xa5\x5a") == b"\xa5\x5a"

    def test_diagnostics_counters_answer_two_bytes(self, client: Face) -> None:
        for sub_function in (2, 11, 12, 13, 14, 15, 16, 17, 18):
            assert len(client.diagnostics(sub_function)) == 2

    def test_exception_status_is_one_byte(self, client: Face) -> None:
        assert 0 <= client.read_exception_status() <= 0xFF

    def test_communication_events_are_counted(self, client: Face) -> None:
        assert client.get_comm_event_counter().event_count >= 0
        assert client.get_comm_event_log().message_count >= 0

    def test_server_id_names_the_device(self, client: Face) -> None:
        assert b"Acme-B200-1.4" in client.report_server_id()

    def test_file_records_are_read_and_written(self, client: Face) -> None:
        words = list(struct.unpack(">10H", pymodbus_peer.FILE_RECORD))
        assert client.read_file_record(4, 1, len(words)) == words
        client.write_file_record(4, 7, [0x06AF, 0x04BE, 0x100D])

    def test_the_fifo_queue_is_read(self, client: Face) -> None:
        assert client.read_fifo_queue(0x04DE) == pymodbus_peer.FIFO_QUEUE

    def test_device_identification_is_read_object_by_object(self, client: Face) -> None:
        basic = {key: value for key, value in pymodbus_peer.IDENTIFICATION.items() if key < 3}
        assert client.read_device_identification(1) == basic
        assert client.read_device_identification(2).items() >= pymodbus_peer.IDENTIFICATION.items()
        assert client.read_device_identification(4, 1) == {1: b"B200"}


@pytest.mark.parametrize("peer", ["pyModbusTCP"], indirect=True)
def test_the_identification_of_pymodbustcp_is_read(client: Face) -> None:
    assert client.read_device_identification(1) == pymodbustcp.IDENTIFICATION


@pytest.mark.parametrize(
    ("order", "layout"),
    [("abcd", (0, 1, 2, 3)), ("cdab", (2, 3, 0, 1)), ("badc", (1, 0, 3, 2)), ("dcba", (3, 2, 1, 0))],
)
@pytest.mark.parametrize("peer", ["libmodbus"], indirect=True)
def test_typed_reads_agree_with_libmodbus_in_every_order(
    client: Face, order: str, layout: tuple[int, ...]
) -> None:
    data = struct.pack(">f", 123.456)
    moved = bytes(data[position] for position in layout)
    client.write_registers(40, list(struct.unpack(">2H", moved)))
    (value,) = client.read(f"holding:40/float32:{order}")
    assert value == struct.unpack(">f", data)[0]


@pytest.mark.parametrize("unit", [1, 2, 247, 255, 0])
def test_any_unit_id_comes_back_from_libmodbus(connect: Connect, unit: int) -> None:
    with libmodbus.Server.tcp() as server, connect(f"tcp://127.0.0.1:{server.port}", unit=unit) as client:
        assert client.read_holding_registers(0, 3) == known.HOLDING_REGISTERS[:3]
        assert server.requests[0][6] == unit


def test_addresses_at_the_end_of_the_space_are_reached(connect: Connect) -> None:
    start = 0x10000 - known.BITS
    with libmodbus.Server.tcp(start=start) as server, connect(f"tcp://127.0.0.1:{server.port}") as client:
        assert client.read_coils(0xFFFF) == known.COILS[-1:]
        assert client.read_coils(0x10000 - 2000, 2000) == known.COILS[-2000:]
        assert client.read_holding_registers(start, 1) == known.HOLDING_REGISTERS[:1]


def test_reads_that_are_pipelined_come_back_in_order(connect: Connect) -> None:
    requests = [ReadHoldingRegistersRequest(address, 1) for address in range(200)]
    with (
        libmodbus.Server.tcp() as server,
        connect(f"tcp://127.0.0.1:{server.port}", window=16) as client,
    ):
        responses = client.read_many(requests)
        assert [response.registers[0] for response in responses] == known.HOLDING_REGISTERS[:200]
