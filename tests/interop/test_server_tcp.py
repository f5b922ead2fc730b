"""Every foreign client against our server: each function both sides have, and the store that is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymodbus.pdu.file_message import FileRecord

from tests.interop.our_device import FIFO, IDENTITY, Served, serve
from tests.peers import known, libmodbus, mbpoll, modbus_serial, pymodbus_peer, pymodbustcp

pytestmark = pytest.mark.interop

FLAGS = [True, False, True, True, False]
MANY = [value * 257 & 0xFFFF for value in range(123)]
MANY_FLAGS = [value % 5 in (0, 3) for value in range(1968)]


@pytest.fixture
def served() -> Iterator[Served]:
    with serve() as served:
        yield served


class TestLibmodbus:
    @pytest.fixture
    def client(self, served: Served) -> Iterator[libmodbus.Client]:
        with libmodbus.Client.tcp(served.port) as client:
            yield client

    def test_reads_the_largest_quantities(self, client: libmodbus.Client) -> None:
        assert client.read_coils(1, 2000) == known.COILS[1:2001]
        assert client.read_discrete_inputs(0, 2000) == known.DISCRETE_INPUTS[:2000]
        assert client.read_holding_registers(0, 125) == known.HOLDING_REGISTERS[:125]
        assert client.read_input_registers(known.REGISTERS - 125, 125) == known.INPUT_REGISTERS[-125:]

    def test_masks_and_writes_before_it_reads(self, client: libmodbus.Client, served: Served) -> None:
        client.write_register(4, 0x0012)
        client.mask_write_register(4, 0x00F2, 0x0025)
        assert served.device.holding[4] == 0x0017
        assert client.read_write_registers(0, 125, 2, MANY[:121]) == [
            *known.HOLDING_REGISTERS[:2], *MANY[:121], *known.HOLDING_REGISTERS[123:125],
        ]  # fmt: skip

    def test_gets_each_exception(self, client: libmodbus.Client, served: Served) -> None:
        for pdu, exception in {
            b"\x03\x01\x3f\x00\x02": 2,  # one register past the end
            b"\x01\x08\x3f\x00\x02": 2,  # one coil past the end
            b"\x03\x00\x00\x00\x00": 3,  # quantity 0
            b"\x03\x00\x00\x00\x7e": 3,  # quantity 126
            b"\x01\x00\x00\x07\xd1": 3,  # quantity 2001
            b"\x05\x00\x00\x12\x34": 3,  # neither on nor off
            b"\x42\x00\x00": 1,  # a function that nobody has
        }.items():
            assert client.raw(1, pdu) == bytes((pdu[0] | 0x80, exception)), pdu.hex()
        assert client.read_holding_registers(0, 1) == known.HOLDING_REGISTERS[:1]

    def test_reads_the_server_id(self, client: libmodbus.Client) -> None:
        report = client.report_server_id()
        assert report[:2] == IDENTITY.server_id + b"\xff"
        assert b"Acme" in report

    @pytest.mark.parametrize("unit", [0, 1, 255])
    def test_a_single_device_answers_0_1_and_255(self, served: Served, unit: int) -> None:
        with libmodbus.Client.tcp(served.port, unit=unit) as client:
            assert client.read_holding_registers(1, 1) == known.HOLDING_REGISTERS[1:2]


class TestPymodbus:
    @pytest.fixture
    def client(self, served: Served) -> Iterator[Any]:
        with pymodbus_peer.client(served.port) as client:
            yield client

    def test_reads_the_largest_quantities(self, client: Any) -> None:
        assert client.read_coils(1, count=2000).bits == known.COILS[1:2001]
        assert client.read_discrete_inputs(0, count=2000).bits == known.DISCRETE_INPUTS[:2000]
        assert client.read_holding_registers(0, count=125).registers == known.HOLDING_REGISTERS[:125]
        assert client.read_input_registers(9, count=125).registers == known.INPUT_REGISTERS[9:134]

    def test_masks_and_writes_before_it_reads(self, client: Any, served: Served) -> None:
        assert not client.write_register(4, 0x0012).isError()
        assert not client.mask_write_register(address=4, and_mask=0x00F2, or_mask=0x0025).isError()
        assert served.device.holding[4] == 0x0017
        both = client.readwrite_registers(read_address=0, read_count=125, write_address=2, values=MANY[:121])
        assert both.registers[2:123] == MANY[:121]

    def test_reads_files_and_queues(self, client: Any, served: Served) -> None:
        wanted = [
            FileRecord(file_number=4, record_number=1, record_length=4),
            FileRecord(3, 9, record_length=4),
        ]
        found = client.read_file_record(wanted)
        assert [record.record_data for record in found.records] == [b"\x01\x01\x01\x02", b"\x33\xcd\x00\x40"]
        written = client.write_file_record([FileRecord(4, 7, record_data=b"\x06\xaf\x04\xbe\x10\x0d")])
        assert not written.isError()
        assert served.device.files[4].read(7, 3) == [0x06AF, 0x04BE, 0x100D]
        assert client.read_fifo_queue(address=1246).values == FIFO[1246]

    def test_reads_the_identification(self, client: Any) -> None:
        regular = client.read_device_information(read_code=2).information
        assert regular == {number: value for number, value in IDENTITY.objects().items() if number < 0x80}
        assert client.read_device_information(read_code=4, object_id=0x80).information == {0x80: b"left wing"}

    def test_diagnoses(self, client: Any) -> None:
        assert client.diag_query_data(b"\xa5\x5a").message == b"\xa5\x5a"
        before = client.diag_read_device_message_count().message
        client.read_coils(0)
        assert client.diag_read_device_message_count().message == before + 2
        assert client.diag_get_comm_event_counter().count >= 1
        assert not client.diag_get_comm_event_log().isError()
        assert client.read_exception_status().status == 0
        assert client.report_device_id().identifier[:1] == IDENTITY.server_id

    def test_gets_exceptions_as_errors(self, client: Any) -> None:
        refusal = client.read_holding_registers(known.REGISTERS, count=1)
        assert refusal.isError()
        assert refusal.exception_code == 2


class TestPyModbusTcp:
    @pytest.fixture
    def client(self, served: Served) -> Iterator[Any]:
        with pymodbustcp.client(served.port) as client:
            yield client

    def test_reads_the_largest_quantities(self, client: Any) -> None:
        assert client.read_coils(1, 2000) == known.COILS[1:2001]
        assert client.read_discrete_inputs(0, 2000) == known.DISCRETE_INPUTS[:2000]
        assert client.read_holding_registers(0, 125) == known.HOLDING_REGISTERS[:125]
        assert client.read_input_registers(9, 125) == known.INPUT_REGISTERS[9:134]

    def test_writes_before_it_reads(self, client: Any) -> None:
        assert client.write_read_multiple_registers(2, MANY[:121], 2, 121) == MANY[:121]

    def test_reads_the_identification(self, client: Any) -> None:
        assert client.read_device_identification(1).objects_by_id == {0: b"Acme", 1: b"B200", 2: b"1.4"}

    def test_gets_exceptions(self, client: Any) -> None:
        assert client.read_holding_registers(known.REGISTERS) is None
        assert client.last_except == 2


class TestModbusSerial:
    def test_reads_the_largest_quantities(self, served: Served) -> None:
        coils, inputs, holding, registers = modbus_serial.call(
            served.port,
            [
                ["readCoils", 1, 2000],
                ["readDiscreteInputs", 0, 2000],
                ["readHoldingRegisters", 0, 125],
                ["readInputRegisters", 9, 125],
            ],
        )
        assert coils["value"]["data"] == known.COILS[1:2001]
        assert inputs["value"]["data"] == known.DISCRETE_INPUTS[:2000]
        assert holding["value"]["data"] == known.HOLDING_REGISTERS[:125]
        assert registers["value"]["data"] == known.INPUT_REGISTERS[9:134]

    def test_masks_and_reads_who_it_is(self, served: Served) -> None:
        mask, identity, report = modbus_serial.call(
            served.port,
            [
                ["maskWriteRegister", 4, 0x00F2, 0x0025],
                ["readDeviceIdentification", 1, 0],
                ["reportServerID", 0, 0],
            ],
        )
        assert "value" in mask
        assert served.device.holding[4] == known.HOLDING_REGISTERS[4] & 0x00F2 | 0x0025
        assert identity["value"]["data"] == {"0": "Acme", "1": "B200", "2": "1.4"}
        assert report["value"]["running"] is True

    def test_gets_exceptions_and_goes_on(self, served: Served) -> None:
        refused, good = modbus_serial.call(
            served.port, [["readHoldingRegisters", known.REGISTERS, 1], ["readHoldingRegisters", 0, 1]]
        )
        assert refused["exception"] == 2
        assert good["value"]["data"] == known.HOLDING_REGISTERS[:1]

    @pytest.mark.parametrize("outstanding", [5, 16])
    def test_gets_exactly_one_right_reply_for_each_outstanding_request(
        self, served: Served, outstanding: int
    ) -> None:
        calls = [["readHoldingRegisters", address, 2] for address in range(outstanding)]
        answers = modbus_serial.call(served.port, calls, together=True)
        for address, answer in enumerate(answers):
            assert answer["value"]["data"] == known.HOLDING_REGISTERS[address : address + 2]


class TestMbpoll:
    @pytest.mark.parametrize(
        ("table", "values"),
        [
            (mbpoll.COILS, known.COILS),
            (mbpoll.DISCRETE_INPUTS, known.DISCRETE_INPUTS),
            (mbpoll.HOLDING_REGISTERS, known.HOLDING_REGISTERS),
            (mbpoll.INPUT_REGISTERS, known.INPUT_REGISTERS),
        ],
    )
    def test_reads_every_table(self, served: Served, table: str, values: list[int]) -> None:
        poll = mbpoll.tcp(served.port, table, 3, 100)
        assert poll.values == {address: str(int(values[address])) for address in range(3, 103)}

    def test_reads_and_writes_floats_in_both_word_orders(self, served: Served) -> None:
        assert mbpoll.tcp(
            served.port, mbpoll.HOLDING_REGISTERS, 40, kind=":float", big_endian=True, write=[21.5]
        ).ok
        assert served.device.holding.read(40, 2) == [0x41AC, 0]
        assert mbpoll.tcp(served.port, mbpoll.HOLDING_REGISTERS, 42, kind=":float", write=[21.5]).ok
        assert served.device.holding.read(42, 2) == [0, 0x41AC]
        poll = mbpoll.tcp(served.port, mbpoll.HOLDING_REGISTERS, 40, kind=":float", big_endian=True)
        assert float(poll.values[40]) == 21.5

    def test_says_which_exception_came(self, served: Served) -> None:
        poll = mbpoll.tcp(served.port, mbpoll.HOLDING_REGISTERS, known.REGISTERS)
        assert not poll.ok
        assert "Illegal data address" in poll.output


def write_with_libmodbus(port: int) -> None:
    with libmodbus.Client.tcp(port) as client:
        for address, value in enumerate(known.LIMITS):
            client.write_register(address, value)
        for address, flag in enumerate(FLAGS):
            client.write_coil(address, flag)
        client.write_registers(100, MANY)
        client.write_coils(100, MANY_FLAGS)


def write_with_pymodbus(port: int) -> None:
    with pymodbus_peer.client(port) as client:
        for address, value in enumerate(known.LIMITS):
            assert not client.write_register(address, value).isError()
        for address, flag in enumerate(FLAGS):
            assert not client.write_coil(address, flag).isError()
        assert not client.write_registers(100, MANY).isError()
        assert not client.write_coils(100, MANY_FLAGS).isError()


def write_with_pymodbustcp(port: int) -> None:
    with pymodbustcp.client(port) as client:
        for address, value in enumerate(known.LIMITS):
            assert client.write_single_register(address, value)
        for address, flag in enumerate(FLAGS):
            assert client.write_single_coil(address, flag)
        assert client.write_multiple_registers(100, MANY)
        assert client.write_multiple_coils(100, MANY_FLAGS)


def write_with_modbus_serial(port: int) -> None:
    calls: list[list[object]] = [
        ["writeRegister", address, value] for address, value in enumerate(known.LIMITS)
    ]
    calls += [["writeCoil", address, flag] for address, flag in enumerate(FLAGS)]
    calls += [["writeRegisters", 100, MANY], ["writeCoils", 100, MANY_FLAGS]]
    assert all("value" in answer for answer in modbus_serial.call(port, calls))


def write_with_mbpoll(port: int) -> None:
    for address, value in enumerate(known.LIMITS):
        assert mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, address, write=[value]).ok
    for address, flag in enumerate(FLAGS):
        assert mbpoll.tcp(port, mbpoll.COILS, address, write=[int(flag)]).ok
    assert mbpoll.tcp(port, mbpoll.HOLDING_REGISTERS, 100, write=MANY).ok
    assert mbpoll.tcp(port, mbpoll.COILS, 100, write=[int(flag) for flag in MANY_FLAGS]).ok


@pytest.mark.parametrize(
    "write",
    [
        write_with_libmodbus,
        write_with_pymodbus,
        write_with_pymodbustcp,
        write_with_modbus_serial,
        write_with_mbpoll,
    ],
)
def test_equal_calls_leave_the_same_store_whoever_made_them(
    served: Served, write: Callable[[int], None]
) -> None:
    write(served.port)
    assert served.device.holding.read(0, known.REGISTERS) == [
        *known.LIMITS,
        *known.HOLDING_REGISTERS[len(known.LIMITS) : 100],
        *MANY,
        *known.HOLDING_REGISTERS[223:],
    ]
    assert served.device.coil.read(0, known.BITS) == [
        *FLAGS,
        *known.COILS[len(FLAGS) : 100],
        *MANY_FLAGS,
        *known.COILS[2068:],
    ]
    assert served.device.input.read(0, known.REGISTERS) == known.INPUT_REGISTERS
    assert served.device.discrete.read(0, known.BITS) == known.DISCRETE_INPUTS


def test_clients_of_three_kinds_take_turns_on_one_server(served: Served) -> None:
    with (
        libmodbus.Client.tcp(served.port) as first,
        pymodbus_peer.client(served.port) as second,
        pymodbustcp.client(served.port) as third,
    ):
        for address in range(50):
            expected = known.HOLDING_REGISTERS[address : address + 1]
            assert first.read_holding_registers(address, 1) == expected
            assert second.read_holding_registers(address).registers == expected
            assert third.read_holding_registers(address) == expected
