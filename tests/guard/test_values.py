from __future__ import annotations

import math

import pytest

from port502.guard.parts import parts_of
from port502.guard.policy import Place, ValueLimits
from port502.guard.values import Meanings, breach, result_of
from port502.protocol.bit_access import WriteMultipleCoilsRequest
from port502.protocol.diagnostics import DiagnosticsRequest
from port502.protocol.register_access import MaskWriteRegisterRequest, WriteMultipleRegistersRequest
from port502.registers.point import Point
from port502.registers.reference import Table, parse_reference
from tests.guard.rules import places


@pytest.mark.parametrize(
    ("limits", "value", "within"),
    [
        (ValueLimits(minimum=0, maximum=500), 0, True),
        (ValueLimits(minimum=0, maximum=500), 500, True),
        (ValueLimits(minimum=0, maximum=500), 501, False),
        (ValueLimits(minimum=10), 9, False),
        (ValueLimits(allowed=frozenset({1, 3})), 3, True),
        (ValueLimits(allowed=frozenset({1, 3})), 2, False),
        (ValueLimits(mask=0x00FF), 0x00F0, True),
        (ValueLimits(mask=0x00FF), 0x0100, False),
        (ValueLimits(mask=0x00FF), 1.5, False),
        (ValueLimits(mask=0x00FF), -1, False),
        (ValueLimits(minimum=0), math.nan, False),
        (ValueLimits(minimum=0), math.inf, False),
        (ValueLimits(maximum=0), -math.inf, False),
        (ValueLimits(minimum=0), None, False),
    ],
)
def test_limits(limits: ValueLimits, value: float | None, within: bool) -> None:
    assert (breach(limits, value) == "") is within


def test_raw_registers_are_judged_one_by_one() -> None:
    [part] = parts_of(WriteMultipleRegistersRequest.from_registers(10, [1, 2, 3]))
    written = Meanings(places("holding:0*100")).written(part, {("holding", 11): 7})
    assert written is not None
    assert [(one.where, one.value, one.present) for one in written] == [
        ("holding:10", 1, None),
        ("holding:11", 2, 7),
        ("holding:12", 3, None),
    ]


def test_registers_of_a_point_are_one_engineering_value() -> None:
    point = Point.from_reference(parse_reference("holding:10/float32"), "speed", scale=1)
    meanings = Meanings([Place(Table.HOLDING, 10, 2, point), *places("holding:12")])
    [part] = parts_of(WriteMultipleRegistersRequest.from_registers(10, [0x41AC, 0, 5]))
    written = meanings.written(part, {("holding", 10): 0x3F80, ("holding", 11): 0})
    assert written is not None
    assert [tuple(one) for one in written] == [("speed", 10, 21.5, 1.0), ("holding:12", 12, 5, None)]


def test_half_a_value_has_no_meaning() -> None:
    point = Point.from_reference(parse_reference("holding:10/float32"), "speed")
    meanings = Meanings([Place(Table.HOLDING, 10, 2, point)])
    for address in (10, 11):
        [part] = parts_of(WriteMultipleRegistersRequest.from_registers(address, [0x41AC]))
        written = meanings.written(part, {})
        assert written is not None
        assert [one.value for one in written] == [None]


def test_scale_and_offset_count() -> None:
    point = Point.from_reference(parse_reference("40101"), "setpoint", scale=0.1, offset=-5)
    meanings = Meanings([Place(Table.HOLDING, 100, 1, point)])
    [part] = parts_of(WriteMultipleRegistersRequest.from_registers(100, [300]))
    written = meanings.written(part, {})
    assert written is not None
    assert [one.value for one in written] == [25.0]


def test_coils_are_zero_or_one() -> None:
    [part] = parts_of(WriteMultipleCoilsRequest.from_bits(3, [True, False]))
    written = Meanings(places("coil:0*10")).written(part, {})
    assert written is not None
    assert [one.value for one in written] == [1, 0]


def test_a_mask_write_is_judged_by_its_result() -> None:
    [part] = parts_of(MaskWriteRegisterRequest(4, 0xF2, 0x25))
    assert result_of(part, {}) is None
    assert result_of(part, {("holding", 4): 0x12}) == [0x17]
    assert Meanings(()).written(part, {}) is None


def test_what_writes_no_values_has_none_to_judge() -> None:
    [part] = parts_of(DiagnosticsRequest(4))
    assert Meanings(()).written(part, {}) is None
