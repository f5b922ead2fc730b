"""Values that were seen somewhere else, at the times at which they were seen."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.bit_access import ReadCoilsRequest
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.registers.reference import Table
from port502.service.call import Call, Session
from port502.service.device import Device
from port502.simulate.replay import Change, Course, replayed
from tests.simulate.maps import Clock


def registers(device: Device, address: int = 0, count: int = 3) -> list[int]:
    reply = device(Call(Session("127.0.0.1"), 1, ReadHoldingRegistersRequest(address, count), 0.0))
    return list(reply.registers)  # type: ignore[union-attr]


def made(clock: Clock, period: float | None = None) -> Device:
    changes = (
        Change(1.0, Table.HOLDING, 0, (11,)),
        Change(2.5, Table.HOLDING, 1, (21, 31)),
        Change(2.5, Table.COIL, 3, (1,)),
        Change(4.0, Table.HOLDING, 0, (12,)),
    )
    device = Device(holding={0: [10, 20, 30]}, coil={range(8): False})
    return replayed(device, Course(changes, period), clock)


def test_each_moment_has_its_values() -> None:
    clock = Clock(1000.0)
    device = made(clock)
    assert registers(device) == [10, 20, 30]
    clock.time = 1001.0
    assert registers(device) == [11, 20, 30]
    clock.time = 1003.9
    assert registers(device) == [11, 21, 31]
    reply = device(Call(Session("127.0.0.1"), 1, ReadCoilsRequest(0, 8), 0.0))
    assert reply.bits == [False, False, False, True, False, False, False, False]  # type: ignore[union-attr]
    clock.time = 9999.0
    assert registers(device) == [12, 21, 31]


def test_after_its_period_it_begins_anew() -> None:
    clock = Clock(0.0)
    device = made(clock, period=10.0)
    clock.time = 5.0
    assert registers(device) == [12, 21, 31]
    clock.time = 30.5
    assert registers(device) == [10, 20, 30]
    clock.time = 31.0
    assert registers(device) == [11, 20, 30]


def test_what_a_client_writes_stays_until_the_course_says_otherwise() -> None:
    clock = Clock(0.0)
    device = made(clock)
    device(Call(Session("127.0.0.1"), 1, WriteSingleRegisterRequest(0, 99), 0.0))
    assert registers(device) == [99, 20, 30]
    clock.time = 1.0
    assert registers(device) == [11, 20, 30]


def test_the_quick_way_is_no_way_around() -> None:
    clock = Clock(0.0)
    device = made(clock)
    assert device.quick_read(3, 0, 1) is None


def test_a_device_without_a_course_is_a_plain_one() -> None:
    device = replayed(Device(holding={0: [7]}), Course(), Clock(0.0))
    assert device.quick_read(3, 0, 1) == bytes.fromhex("03 02 0007")


def test_a_course_goes_forward_and_stays_in_the_tables() -> None:
    with pytest.raises(UsageError):
        replayed(
            Device(holding={0: [7]}),
            Course((Change(2.0, Table.HOLDING, 0, (1,)), Change(1.0, Table.HOLDING, 0, (1,)))),
            Clock(0.0),
        )
    with pytest.raises(UsageError):
        replayed(Device(holding={0: [7]}), Course((Change(2.0, Table.HOLDING, 5, (1,)),)), Clock(0.0))
