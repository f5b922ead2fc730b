from __future__ import annotations

from typing import Any

import pytest

from port502.collect.latest import Current
from port502.collect.sample import Sample
from port502.protocol.bit_access import ReadCoilsRequest, ReadCoilsResponse, ReadDiscreteInputsRequest
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.registers.point import Point
from port502.registers.reference import parse_reference
from port502.site.served_points import served_device
from tests.guard.rules import call


def serving(values: dict[str, Any], *places: tuple[str, str], quality: str = "good") -> Any:
    points = [(Point.from_reference(parse_reference(place)), name) for place, name in places]

    def look(name: str) -> Current | None:
        return Current(Sample(name, 0.0, values[name], quality, ""), 0.0) if name in values else None

    return served_device(points, look)


def test_values_are_the_newest_ones() -> None:
    values: dict[str, Any] = {"a.speed": 21.5, "a.count": 7, "a.on": True}
    device = serving(
        values,
        ("holding:0/float32", "a.speed"),
        ("holding:2", "a.count"),
        ("input:9/int16", "a.count"),
        ("coil:3", "a.on"),
    )
    assert device(call(ReadHoldingRegistersRequest(0, 3))).registers == [0x41AC, 0, 7]
    values["a.count"] = -8
    assert device(call(ReadInputRegistersRequest(9, 1))).registers == [0xFFF8]
    assert device(call(ReadCoilsRequest(3, 1))) == ReadCoilsResponse.from_bits([True])
    values["a.speed"] = 1.0
    assert device(call(ReadHoldingRegistersRequest(0, 2))).registers == [0x3F80, 0]


def test_a_fraction_is_rounded_where_only_whole_numbers_fit() -> None:
    assert serving({"a": 48.6}, ("holding:0", "a"))(call(ReadHoldingRegistersRequest(0, 1))).registers == [49]


@pytest.mark.parametrize("quality", ["bad", "uncertain"])
def test_what_is_not_good_is_answered_with_exception_4(quality: str) -> None:
    device = serving({"a": 1}, ("holding:0", "a"), quality=quality)
    assert device(call(ReadHoldingRegistersRequest(0, 1))) == ExceptionResponse(3, 4)


@pytest.mark.parametrize("value", [70000, -1, "text", None])
def test_what_does_not_fit_is_answered_with_exception_4(value: Any) -> None:
    device = serving({"a": value}, ("holding:0", "a"))
    assert device(call(ReadHoldingRegistersRequest(0, 1))) == ExceptionResponse(3, 4)


def test_points_that_are_not_asked_for_do_not_matter() -> None:
    device = serving({"a": 1}, ("holding:0", "a"), ("holding:1", "missing"))
    assert device(call(ReadHoldingRegistersRequest(0, 1))).registers == [1]
    assert device(call(ReadHoldingRegistersRequest(0, 2))) == ExceptionResponse(3, 4)


def test_nobody_can_write_them() -> None:
    device = serving({"a": 1}, ("holding:0", "a"))
    assert isinstance(device(call(WriteSingleRegisterRequest(0, 5))), ExceptionResponse)


def test_addresses_without_a_point_do_not_exist() -> None:
    assert serving({"a": 1}, ("holding:0", "a"))(
        call(ReadHoldingRegistersRequest(5, 1))
    ) == ExceptionResponse(3, 2)


def test_by_choice_a_bit_says_what_is_good_and_the_last_good_value_stays() -> None:
    samples = {
        "a": Sample("a", 0.0, 7),
        "b": Sample("b", 0.0, None, "bad", "no answer"),
        "c": Sample("c", 0.0, 70000),
    }
    samples["d"] = Sample("d", 0.0, True)
    places = (("holding:0", "a"), ("holding:1", "b"), ("input:0", "c"), ("discrete:0", "d"))
    points = [(Point.from_reference(parse_reference(place)), name) for place, name in places]
    device: Any = served_device(points, lambda name: Current(samples[name], 0.0), status=100)
    assert device(call(ReadHoldingRegistersRequest(0, 2))).registers == [7, 0]
    assert device(call(ReadDiscreteInputsRequest(100, 4))).bits == [True, False, False, True]
    samples["a"] = Sample("a", 1.0, None, "bad", "no answer")
    samples["b"] = Sample("b", 1.0, 9)
    assert device(call(ReadHoldingRegistersRequest(0, 2))).registers == [7, 9]
    assert device(call(ReadDiscreteInputsRequest(101, 2))).bits == [True, False]
    assert device(call(ReadDiscreteInputsRequest(100, 1))).bits == [False]
    assert device(call(ReadDiscreteInputsRequest(99, 2))) == ExceptionResponse(2, 2)
