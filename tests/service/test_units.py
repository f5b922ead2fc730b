from __future__ import annotations

import asyncio
import logging

import pytest

from port502.errors import IllegalDataValueError, UsageError
from port502.protocol.message import ExceptionResponse, Request, Response
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)
from port502.service.call import Call, Reply, Session
from port502.service.device import Device
from port502.service.units import Units

READ = ReadHoldingRegistersRequest(0, 1)
WRITE = WriteSingleRegisterRequest(0, 99)
UNKNOWN = ExceptionResponse(3, 0x0B)


def device(value: int) -> Device:
    return Device(holding=[value])


def ask(
    units: Units,
    unit: int,
    request: Request[Response] = READ,
    transport: str = "tcp",
    *,
    broadcast: bool = False,
) -> object:
    return units(Call(Session(transport=transport), unit, request, broadcast=broadcast))


def value(reply: object) -> int:
    assert isinstance(reply, ReadHoldingRegistersResponse)
    return reply.registers[0]


def test_h064_a_single_service_answers_0_1_and_255() -> None:
    units = Units(device(7))
    assert units.units == [0, 1, 255]
    assert [value(ask(units, unit)) for unit in (0, 1, 255)] == [7, 7, 7]
    assert ask(units, 2) == UNKNOWN


def test_h064_a_single_listed_service_answers_its_own_id_and_0_and_255() -> None:
    units = Units({5: device(7)})
    assert units.units == [0, 5, 255]
    assert ask(units, 1) == UNKNOWN


def test_h063_of_several_only_the_listed_ids_are_answered() -> None:
    units = Units({1: device(10), 2: device(20)})
    assert [value(ask(units, unit)) for unit in (1, 2)] == [10, 20]
    for unit in (0, 3, 247, 255):
        assert ask(units, unit) == UNKNOWN


def test_h063_an_unknown_unit_can_be_met_with_silence() -> None:
    units = Units({1: device(10), 2: device(20)}, silent=True)
    assert ask(units, 3) is None
    assert units.malformed(3, IllegalDataValueError(3)) is None


def test_a_service_for_any_unit_answers_what_is_not_listed() -> None:
    units = Units({1: device(10)}, any_unit=device(99))
    assert [value(ask(units, unit)) for unit in (0, 1, 2, 255)] == [99, 10, 99, 99]
    assert len(Units({}, any_unit=device(1)).units) == 256


def test_several_ids_can_share_one_service() -> None:
    shared = device(5)
    units = Units({3: shared, 4: shared})
    ask(units, 3, WRITE)
    assert value(ask(units, 4)) == 99


@pytest.mark.parametrize("unit", [-1, 256, "1", 1.5])
def test_unit_ids_are_0_to_255(unit: int) -> None:
    with pytest.raises(UsageError, match="0-255"):
        Units({unit: device(1)})


def test_no_unit_at_all_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="no unit"):
        Units({})


@pytest.mark.parametrize("transport", ["rtu", "ascii"])
def test_on_a_serial_line_other_units_are_other_devices(transport: str) -> None:
    units = Units({5: device(7)})
    assert value(ask(units, 5, transport=transport)) == 7
    for unit in (0, 1, 255):
        assert ask(units, unit, transport=transport) is None
    assert units.malformed(1, IllegalDataValueError(3), transport) is None


# Broadcast


def test_a_broadcast_write_reaches_every_device_once_and_is_not_answered() -> None:
    first, second, other = device(1), device(2), device(3)
    units = Units({1: first, 2: second, 3: first}, any_unit=other)
    assert ask(units, 0, WRITE, "rtu", broadcast=True) is None
    assert [made.holding[0] for made in (first, second, other)] == [99, 99, 99]
    assert first.counters.server_messages == 1


def test_a_read_is_never_broadcast() -> None:
    one = device(1)
    assert ask(Units({1: one}), 0, READ, "rtu", broadcast=True) is None
    assert one.counters.bus_messages == 0


def test_h064_a_write_to_unit_0_on_tcp_is_no_broadcast() -> None:
    first, second = device(1), device(2)
    assert ask(Units({1: first, 2: second}), 0, WRITE) == ExceptionResponse(6, 0x0B)
    assert [first.holding[0], second.holding[0]] == [1, 2]


async def test_one_device_that_fails_keeps_no_other_from_a_broadcast(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(call: Call) -> Reply:
        raise RuntimeError("down")

    async def slow(call: Call) -> Reply:
        await asyncio.sleep(0)
        raise RuntimeError("slow and down")

    async def late(call: Call) -> Reply:
        await asyncio.sleep(0)
        reached.append(call.unit)
        return WriteSingleRegisterResponse(0, 99)

    reached: list[int] = []
    last = device(1)
    units = Units({1: broken, 2: slow, 3: late, 4: last})
    with caplog.at_level(logging.ERROR):
        waiting = ask(units, 0, WRITE, "rtu", broadcast=True)
        assert last.holding[0] == 99
        assert await waiting is None  # type: ignore[misc]
    assert reached == [0]
    assert len(caplog.records) == 2


# The quick way and malformed requests


def test_the_quick_way_follows_the_same_routes() -> None:
    first, second = device(10), device(20)
    units = Units({1: first, 2: second})
    assert units.quick(1) is first
    assert units.quick(2) is second
    assert units.quick(3) is None
    assert units.quick(0) is None
    assert Units(first).quick(255) is first


def test_a_service_without_a_quick_way_has_none_here() -> None:
    def service(call: Call) -> Reply:
        return None

    assert Units(service).quick(1) is None


def test_malformed_requests_are_answered_by_whom_they_were_for() -> None:
    units = Units({1: Device(functions=[6]), 2: lambda call: None})
    error = IllegalDataValueError(3)
    assert units.malformed(1, error) == ExceptionResponse(3, 1)
    assert units.malformed(2, error) == ExceptionResponse(3, 3)
    assert units.malformed(3, error) == UNKNOWN
