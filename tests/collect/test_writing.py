"""Writing: only what may be written, once, first in the queue, and read back."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from port502.collect.sample import Value
from port502.collect.settings import ConnectionSettings, WriteRule
from port502.errors import IllegalDataAddressError, LinkError, NoReplyError, UsageError
from port502.protocol.bit_access import WriteMultipleCoilsRequest, WriteSingleCoilRequest
from port502.protocol.codes import WRITE_FUNCTIONS
from port502.protocol.register_access import WriteMultipleRegistersRequest, WriteSingleRegisterRequest
from port502.registers.meaning import Meaning, ScaleRegister
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.writes import request_of
from tests.collect.running import Running, running
from tests.collect.wire import SimUnit, connection, device, holding


def site(writes: bool = True) -> list[ConnectionSettings]:
    pump = device(
        "pump-1", 1,
        holding("speed", 0, scale=0.1),
        holding("setpoint", 1, scale=0.1, write=WriteRule(0.0, 50.0)),
        holding("energy", 2, type="uint32", write=WriteRule()),
        holding("run", 0, table=Table.COIL, write=WriteRule()),
        writes=writes,
    )  # fmt: skip
    return [connection("plc", pump)]


def plant() -> SimUnit:
    return SimUnit().fill(Table.HOLDING, 0, [100, 200, 0, 5]).fill(Table.COIL, 0, [0])


def writes_of(unit: SimUnit) -> list[Any]:
    return [request for _, request in unit.asked if request.function in WRITE_FUNCTIONS]


async def write(run: Running, point: str, value: Value) -> Any:
    return await run.clock.drive(run.collector.write("pump-1", point, value))


async def test_a_write_tells_before_sent_after_and_that_it_is_verified(
    caplog: pytest.LogCaptureFixture,
) -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        with caplog.at_level(logging.INFO):
            result = await write(run, "setpoint", 42.5)
        assert (result.point, result.before, result.sent, result.after) == (
            "pump-1.setpoint",
            20.0,
            (425,),
            42.5,
        )
        assert result.verified
        assert result.note == ""
        assert writes_of(unit) == [WriteSingleRegisterRequest(1, 425)]
        assert run.newest("pump-1.setpoint").value == 42.5
        assert run.collector.status().writes == 1
        assert "write pump-1.setpoint: 20.0 -> 42.5, sent [425]: verified" in caplog.messages


async def test_wide_values_and_coils_take_their_own_functions() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        energy = await write(run, "energy", 70_000)
        assert (energy.sent, energy.after) == ((1, 4464), 70_000)
        switched = await write(run, "run", True)
        assert (switched.before, switched.sent, switched.after, switched.verified) == (
            False,
            (1,),
            True,
            True,
        )
        assert [type(request) for request in writes_of(unit)] == [
            WriteMultipleRegistersRequest,
            WriteSingleCoilRequest,
        ]


@pytest.mark.parametrize(
    ("point", "value", "words"),
    [
        ("speed", 1.0, "its description has no 'write'"),
        ("setpoint", 50.1, "outside its limits, 0 to 50"),
        ("setpoint", -0.1, "outside its limits"),
        ("setpoint", float("nan"), "outside its limits"),
        ("setpoint", None, "no value"),
        ("setpoint", "much", "number is needed"),
        ("energy", 2**32, "uint32"),
        ("run", 2, "True or False"),
        ("sped", 1, "no point 'sped'"),
    ],
)
async def test_what_may_not_be_written_never_leaves(point: str, value: Value, words: str) -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        with pytest.raises(UsageError, match=words):
            await write(run, point, value)
        assert writes_of(unit) == []


async def test_writing_is_off_until_the_device_allows_it_too() -> None:
    unit = plant()
    async with running(site(writes=False), {"plc": {1: unit}}) as run:
        run.go(1)
        with pytest.raises(UsageError, match="writes: true"):
            await write(run, "setpoint", 10.0)
        assert writes_of(unit) == []


async def test_a_write_without_an_answer_is_not_repeated_but_read_back() -> None:
    unit = plant()
    unit.lose_reply_to_writes = True
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        result = await write(run, "setpoint", 10.0)
        assert len(writes_of(unit)) == 1
        assert result.verified
        assert result.after == 10.0
        assert result.note.startswith("outcome unknown: ")
        assert result.note.endswith("reading back shows the new value")


async def test_a_write_that_got_lost_is_told_as_such() -> None:
    unit = plant()
    ordinary = unit.answer
    unit.answer = lambda request: None if request.function == 6 else ordinary(request)  # type: ignore[method-assign]
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        result = await write(run, "setpoint", 10.0)
        assert (result.verified, result.after) == (False, 20.0)
        assert result.note.endswith("reading back shows another value")


async def test_a_device_that_keeps_another_value_is_told() -> None:
    unit = plant()
    unit.stuck_at[1] = 300
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        result = await write(run, "setpoint", 40.0)
        assert (result.verified, result.after) == (False, 30.0)
        assert "another value" in result.note


async def test_a_value_that_cannot_be_read_back_is_not_verified() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        reads = iter([None])
        unit.refuse = lambda request: 2 if request.function == 3 and next(reads, 2) == 2 else None
        result = await write(run, "setpoint", 40.0)
        assert (result.before, result.after, result.verified) == (20.0, None, False)
        assert "cannot be read back" in result.note
        assert unit.tables[Table.HOLDING][1] == 400


async def test_a_refusal_is_raised_as_the_devices_own_error() -> None:
    unit = plant()
    unit.refuse = lambda request: 2 if request.function == 6 else None
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        with pytest.raises(IllegalDataAddressError):
            await write(run, "setpoint", 40.0)
        assert len(writes_of(unit)) == 1


async def test_an_offline_unit_and_a_broken_link_refuse_at_once() -> None:
    unit = plant()
    async with running(site(), {"plc": {1: unit}}) as run:
        run.go(1)
        unit.silent = True
        run.go(30)
        with pytest.raises(NoReplyError, match="nothing was sent"):
            await run.collector.write("pump-1", "setpoint", 1.0)
        run.wire().reachable = False
        run.wire().lose("reset by peer")
        with pytest.raises(LinkError, match="nothing was sent"):
            await run.collector.write("pump-1", "setpoint", 1.0)
        assert writes_of(unit) == []


async def test_a_write_waits_for_the_request_in_flight_only() -> None:
    """Acceptance of collector.md, section 11: each of its requests within one response time and its own."""
    units = {n: plant() for n in range(1, 6)}
    for unit in units.values():
        unit.latency = 0.15
    others = [device(f"d{n}", n, holding("a", 0, interval=0.5)) for n in range(2, 6)]
    (pump,) = site()[0].devices
    async with running([connection("plc", pump, *others)], {"plc": units}) as run:
        run.go(20)
        began = run.clock.now
        result = await write(run, "setpoint", 30.0)
        assert result.verified
        assert run.clock.now - began <= 3 * (0.15 + 0.15) + 0.05


def test_a_row_of_coils_is_one_request() -> None:
    point = Point("row", Table.COIL, 3, count=3)
    request, sent = request_of(point, (True, False, True))
    assert (request, sent) == (WriteMultipleCoilsRequest(3, 3, b"\x05"), (1, 0, 1))


@pytest.mark.parametrize(
    "point",
    [Point("a", Table.INPUT, 0), Point("a", Table.DISCRETE, 0), Point("a", Table.HOLDING, 0, count=124)],
)
def test_what_no_single_request_can_write_is_refused(point: Point) -> None:
    with pytest.raises(UsageError):
        request_of(point, tuple([0] * point.count) if point.count > 1 else 0)


def with_meaning() -> list[ConnectionSettings]:
    limited = WriteRule(-100.0, 100.0)
    pump = device(
        "pump-1", 1,
        holding("power", 0, type="int16", meaning=Meaning(scale_register=ScaleRegister(3)), write=limited),
        holding("field", 1, meaning=Meaning(mask=0x0F00), write=WriteRule(function=6)),
        holding("bits", 1, meaning=Meaning(mask=0x000F), write=WriteRule()),
        holding("state", 2, meaning=Meaning(enum=((0, "off"), (1, "on"))), write=WriteRule(function=16)),
        writes=True,
    )  # fmt: skip
    return [connection("plc", pump)]


async def test_scale_registers_fields_and_labels_are_written_as_the_device_wants_them() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [100, 0xABCD, 0, 0xFFFF])
    async with running(with_meaning(), {"plc": {1: unit}}) as run:
        run.go(1)
        power = await write(run, "power", 2.5)
        assert (power.before, power.sent, power.after, power.verified) == (10.0, (25,), 2.5, True)
        field = await write(run, "field", 2)
        assert (field.before, field.sent, field.verified) == (0xB, (0xA2CD,), True)
        state = await write(run, "state", "on")
        assert (state.before, state.after, state.verified) == ("off", "on", True)
        assert [request.function for request in writes_of(unit)] == [6, 6, 16]


async def test_without_a_scale_nothing_is_written() -> None:
    unit = SimUnit().fill(Table.HOLDING, 0, [100, 0, 0, 0x8000])
    async with running(with_meaning(), {"plc": {1: unit}}) as run:
        run.go(1)
        with pytest.raises(UsageError, match="holds no scale"):
            await write(run, "power", 2.5)
        for name, value, message in (("power", 101, "outside"), ("state", "maybe", "no label")):
            with pytest.raises(UsageError, match=message):
                await write(run, name, value)
        assert writes_of(unit) == []
