"""A device as its clients meet it: requests as they come from the wire, replies as they leave."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from port502.errors import DeviceError, IllegalDataValueError, UsageError
from port502.protocol.message import ExceptionResponse, RawRequest, Response
from port502.protocol.pdu import decode_request
from port502.service.call import Call, Session
from port502.service.device import Device
from port502.service.identity import Identity
from port502.service.register_table import RegisterTable


@pytest.fixture
def device() -> Device:
    return Device(
        holding={0: list(range(10)), range(100, 200): 7},
        input={0: [5, 6]},
        coil={0: [True, False] * 8},
        discrete={0: [True] * 3},
        read_only={"holding": [range(100, 110), 5], "coil": [15]},
        identity=Identity("Acme", "B200", "1.4"),
        files={1: {0: [1, 2, 3]}},
        fifo={50: [1, 2]},
    )


def call(pdu: str, *, broadcast: bool = False) -> Call:
    return Call(Session(), 1, decode_request(bytes.fromhex(pdu)), broadcast=broadcast)


def answer(device: Device, pdu: str) -> str:
    reply = device(call(pdu))
    assert isinstance(reply, Response)
    return reply.encode().hex()


def counts(device: Device) -> tuple[int, ...]:
    counters = device.counters
    return counters.bus_messages, counters.events, counters.exceptions, counters.no_responses


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("0100000003", "010105"),
        ("0200000003", "020107"),
        ("0300010002", "030400010002"),
        ("0400000002", "040400050006"),
        ("050001ff00", "050001ff00"),
        ("0600010003", "0600010003"),
        ("07", "0700"),
        ("08000012ab", "08000012ab"),
        ("0b", "0b00000000"),
        ("0c", "0c0700000000000180"),
        ("0f0000000301ff", "0f00000003"),
        ("10000000010200ff", "1000000001"),
        ("11", "110f01ff41636d65204232303020312e34"),
        ("140706000100000002", "1406050600010002"),
        ("1509060001000100010009", "1509060001000100010009"),
        ("160001ffff0000", "160001ffff0000"),
        ("170000000100010001020009", "17020000"),
        ("180032", "18000600020001" + "0002"),
        ("2b0e0402", "2b0e04810000010203312e34"),
    ],
)
def test_every_public_function_is_answered(device: Device, asked: str, answered: str) -> None:
    assert answer(device, asked) == answered


@pytest.mark.parametrize(
    "code",
    [
        code
        for code in range(256)
        if code not in {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43}
    ],
)
def test_h056_h057_h058_other_functions_are_illegal(device: Device, code: int) -> None:
    reply = device(Call(Session(), 1, decode_request(bytes((code, 0, 0)))))
    assert isinstance(reply, ExceptionResponse)
    assert reply.encode() == bytes((code | 0x80, 1))


def test_a_raw_request_of_a_known_function_is_not_guessed_at(device: Device) -> None:
    reply = device(Call(Session(), 1, RawRequest(3, b"\0\0\0\1")))
    assert reply == ExceptionResponse(3, 1)


def test_canopen_is_illegal_until_somebody_answers_it(device: Device) -> None:
    assert answer(device, "2b0d0102") == "ab01"
    device = Device(canopen=lambda data: data[::-1])
    assert answer(device, "2b0d0102") == "2b0d0201"


@pytest.mark.parametrize("asked", ["0600050001", "06006d0001", "05000fff00"])
def test_h065_a_read_only_address_is_refused_with_02(device: Device, asked: str) -> None:
    assert device(call(asked)) == ExceptionResponse(int(asked[:2], 16), 2)


@pytest.mark.parametrize("asked", ["0600040001", "06006e0001", "05000eff00"])
def test_h065_the_neighbours_of_a_read_only_address_can_be_written(device: Device, asked: str) -> None:
    assert answer(device, asked) == asked


@pytest.mark.parametrize("asked", ["0600c80001", "050010ff00", "0300c80001", "0300630002"])
def test_an_address_that_does_not_exist_is_refused_with_02(device: Device, asked: str) -> None:
    assert device(call(asked)) == ExceptionResponse(int(asked[:2], 16), 2)


def test_read_only_is_for_tables_that_clients_can_write() -> None:
    with pytest.raises(UsageError, match="holding and coil"):
        Device(read_only={"input": [1]})


def test_h065_functions_that_are_off_are_illegal_before_anything_else(device: Device) -> None:
    device = Device(holding=[1, 2, 3], functions=[3, 43])
    assert answer(device, "0300000001") == "03020001"
    for asked in ("0400000001", "0600000005", "0800000000", "0b", "11", "0600ff0005"):
        assert answer(device, asked) == f"{int(asked[:2], 16) | 0x80:02x}01"
    assert device.quick_read(4, 0, 1) is None
    assert not device.quick_write(6, 0, 9)
    assert device.holding[0] == 1


def test_tables_can_be_shared_between_devices() -> None:
    common = RegisterTable([1, 2], name="common")
    first, second = Device(holding=common), Device(holding=common, functions=[3])
    answer(first, "0600000009")
    assert answer(second, "0300000001") == "03020009"
    assert (first.counters.events, second.counters.events) == (1, 1)


def test_values_from_python_are_what_clients_read(device: Device) -> None:
    device.holding[100:102] = [0xAAAA, 0xBBBB]
    device.coil[0] = False
    device.discrete[0] = False
    device.input.write(0, [9])
    device.fifo[50].append(3)
    device.files[1][0] = 8
    device.identity = Identity("New")
    assert answer(device, "0300640002") == "0304aaaabbbb"
    assert answer(device, "0100000001") == "010100"
    assert answer(device, "0200000003") == "020106"
    assert answer(device, "0400000001") == "04020009"
    assert answer(device, "180032") == "1800080003000100020003"
    assert answer(device, "140706000100000001") == "140403060008"
    assert answer(device, "2b0e0400").endswith(b"New".hex())


def test_exception_status_is_set_or_taken_from_eight_coils(device: Device) -> None:
    device.exception_status = 0x6D
    assert answer(device, "07") == "076d"
    tied = Device(coil={10: [True, False, True, True, False, True, True, False]}, exception_coils=10)
    assert answer(tied, "07") == "076d"
    tied.coil[10] = False
    assert answer(tied, "07") == "076c"


@pytest.mark.parametrize(("status", "coils"), [(256, None), (-1, None), (0, 5), (0, 0)])
def test_an_exception_status_that_cannot_be_is_refused(status: int, coils: int | None) -> None:
    with pytest.raises(UsageError, match="exception"):
        Device(coil={1: [True] * 8}, exception_status=status, exception_coils=coils)


def test_the_run_indicator_follows_the_program(device: Device) -> None:
    device.running = False
    assert answer(device, "11")[4:8] == "0100"


def test_h066_an_error_in_a_hook_comes_out_counted_and_stores_nothing(device: Device) -> None:
    def fail(address: int, values: list[int]) -> None:
        raise RuntimeError("broken")

    device.holding.on_write(fail)
    with pytest.raises(RuntimeError):
        device(call("0600010063"))
    assert device.holding[1] == 1
    assert device.counters.exceptions == 1
    assert device.counters.log() == b"\x42\x80"


async def test_a_hook_that_waits_makes_the_reply_wait(device: Device) -> None:
    async def fetch(address: int, quantity: int) -> list[int]:
        await asyncio.sleep(0)
        if address == 9:
            raise IllegalDataValueError(3)
        if address == 8:
            raise RuntimeError("sensor gone")
        return [address + 1] * quantity

    device.holding.on_read(fetch)
    reply = device(call("0300010002"))
    assert not isinstance(reply, Response)
    assert reply is not None
    answered = await reply
    assert isinstance(answered, Response)
    assert answered.encode().hex() == "030400020002"
    refused = device(call("0300090001"))
    assert await refused == ExceptionResponse(3, 3)  # type: ignore[misc]
    with pytest.raises(RuntimeError):
        await device(call("0300080001"))  # type: ignore[misc]
    assert counts(device) == (3, 1, 2, 0)


async def test_canopen_may_take_its_time() -> None:
    async def reverse(data: bytes) -> bytes:
        await asyncio.sleep(0)
        return data[::-1]

    reply = await Device(canopen=reverse)(call("2b0d0102"))  # type: ignore[misc]
    assert reply.encode().hex() == "2b0d0201"


# Counting


def test_every_answer_is_counted() -> None:
    device = Device(holding=[0] * 10)
    answer(device, "0300010002")
    device.quick_read(3, 1, 2)
    device.quick_write(6, 1, 2)
    answer(device, "0300c80001")
    answer(device, "42")
    assert counts(device) == (5, 3, 2, 0)
    device(call("0600010009", broadcast=True))
    assert counts(device) == (6, 4, 2, 1)
    assert answer(device, "0b") == "0b00000004"
    assert answer(device, "0c")[:16] == "0c14" + "0000" + "0004" + "0008"


def test_malformed_requests_are_counted_and_refused(device: Device) -> None:
    with pytest.raises(DeviceError) as malformed:
        decode_request(bytes.fromhex("0300"))
    assert device.malformed(1, malformed.value) == ExceptionResponse(3, 3)
    assert Device(functions=[6]).malformed(1, malformed.value) == ExceptionResponse(3, 1)
    assert counts(device) == (1, 0, 1, 0)


# Broadcasts


def test_a_broadcast_write_is_carried_out_and_not_answered(device: Device) -> None:
    assert device(call("0600010009", broadcast=True)) is None
    assert device.holding[1] == 9
    assert counts(device) == (1, 1, 0, 1)


@pytest.mark.parametrize("asked", ["0300010002", "0800000000", "0b", "42", "0600c80001", "0600640001"])
def test_a_broadcast_that_cannot_be_carried_out_is_counted_and_not_answered(
    device: Device, asked: str
) -> None:
    assert device(call(asked, broadcast=True)) is None
    assert counts(device) == (1, 0, 1, 1)


async def test_a_broadcast_waits_for_its_hooks(device: Device) -> None:
    async def approve(address: int, values: list[int]) -> None:
        await asyncio.sleep(0)
        if values == [13]:
            raise IllegalDataValueError(6)

    device.holding.on_write(approve)
    for value in ("0009", "000d"):
        waiting = device(call(f"060001{value}", broadcast=True))
        assert waiting is not None
        assert await waiting is None  # type: ignore[misc]
    assert device.holding[1] == 9
    assert counts(device) == (2, 1, 1, 2)


def test_an_error_in_a_hook_of_a_broadcast_comes_out(device: Device) -> None:
    def fail(address: int, values: list[int]) -> None:
        raise RuntimeError("broken")

    device.holding.on_write(fail)
    with pytest.raises(RuntimeError):
        device(call("0600010009", broadcast=True))
    assert counts(device) == (1, 0, 1, 1)


# Listen only


def test_h053_a_device_is_never_silenced_unless_it_was_made_to_be(device: Device) -> None:
    for asked in ("0800010000", "0800040000", "08000a0000"):
        assert answer(device, asked) == "8801"
    assert answer(device, "0300010002") == "030400010002"


def test_in_listen_only_mode_nothing_is_answered_until_a_restart() -> None:
    device = Device(holding=[1, 2, 3], allow_restart=True)
    assert device(call("0800040000")) is None
    for asked in ("0300000001", "0600000009", "42", "0800000000", "0b"):
        assert device(call(asked)) is None
    assert device.malformed(1, IllegalDataValueError(3)) is None
    assert device(call("0600000009", broadcast=True)) is None
    assert device.quick_read(3, 0, 1) is None
    assert not device.quick_write(6, 0, 9)
    assert device.holding[0] == 1
    assert device.counters.no_responses == 8
    assert device(call("0800010000")) is None
    assert answer(device, "0300000001") == "03020001"
    assert device.quick_read(3, 0, 1) == b"\x03\x02\x00\x01"


# The quick way


def test_the_quick_way_is_open_for_plain_requests(device: Device) -> None:
    assert device.quick(77) is device
    assert device.quick_read(1, 1, 3) == b"\x01\x01\x02"
    assert device.quick_read(2, 0, 3) == b"\x02\x01\x07"
    assert device.quick_read(3, 1, 2) == b"\x03\x04\x00\x01\x00\x02"
    assert device.quick_read(4, 0, 2) == b"\x04\x04\x00\x05\x00\x06"
    free = Device(holding=[0] * 4, coil=[False] * 10)
    assert free.quick_write(6, 3, 0xABCD)
    assert free.quick_write(5, 9, 0xFF00)
    assert free.holding[3] == 0xABCD
    assert free.coil[9] is True
    assert free.quick_write(5, 9, 0)
    assert free.coil[9] is False


@pytest.mark.parametrize(
    "wanted",
    [
        (3, 0, 0),
        (3, 0, 126),
        (3, 9, 2),
        (3, 65535, 2),
        (4, 2, 1),
        (1, 0, 0),
        (1, 0, 2001),
        (1, 15, 2),
        (2, 3, 1),
        (0, 0, 1),
        (5, 0, 1),
        (23, 0, 1),
        (100, 0, 1),
    ],
)
def test_the_quick_way_is_closed_for_reads_that_are_not_plain(
    device: Device, wanted: tuple[int, int, int]
) -> None:
    assert device.quick_read(*wanted) is None
    assert device.counters.bus_messages == 0


@pytest.mark.parametrize(
    "wanted", [(5, 0, 1), (5, 0, 0x1234), (5, 0, 0xFFFF), (5, 16, 0xFF00), (6, 10, 1), (3, 0, 1), (16, 0, 1)]
)
def test_h033_the_quick_way_is_closed_for_writes_that_are_not_plain(wanted: tuple[int, int, int]) -> None:
    device = Device(holding=[7] * 10, coil=[True] * 16)
    assert not device.quick_write(*wanted)
    assert device.counters.bus_messages == 0
    assert device.coil.read(0, 16) == [True] * 16


def test_hooks_protection_and_listeners_close_the_quick_way(device: Device) -> None:
    def hook(*_: Any) -> None:
        return None

    assert not device.quick_write(6, 0, 1), "the table has read-only addresses"
    free = Device(holding=[1], coil=[True])
    for table, read, write in [(free.holding, (3, 0, 1), (6, 0, 1)), (free.coil, (1, 0, 1), (5, 0, 0))]:
        for add in (table.on_write, table.on_change):
            add(hook)
            assert not free.quick_write(*write)
            assert free.quick_read(*read) is not None
            table.forget(hook)
        table.on_read(hook)
        assert free.quick_read(*read) is None
        assert free.quick_write(*write)
