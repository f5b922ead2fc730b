"""Calls of several requests, without a wire: requests out, responses in."""

from __future__ import annotations

from typing import Any

import pytest

from port502.client.dialogue import read_identification, read_values, values_of
from port502.errors import ReplyError
from port502.protocol.bit_access import ReadCoilsRequest, ReadCoilsResponse
from port502.protocol.identification import ReadDeviceIdentificationRequest, ReadDeviceIdentificationResponse
from port502.protocol.register_access import ReadHoldingRegistersRequest, ReadHoldingRegistersResponse
from port502.registers.values import DecodeError


def finish(dialogue: Any, response: Any) -> Any:
    with pytest.raises(StopIteration) as end:
        dialogue.send(response)
    return end.value.value


def identification(
    more: bool, next_object: int, objects: dict[int, bytes]
) -> ReadDeviceIdentificationResponse:
    return ReadDeviceIdentificationResponse(1, 0x81, more, next_object, objects)


def test_identification_follows_more_follows() -> None:
    dialogue = read_identification(1, 0)
    assert next(dialogue) == ReadDeviceIdentificationRequest(1, 0)
    assert dialogue.send(identification(True, 2, {0: b"A", 1: b"B"})) == ReadDeviceIdentificationRequest(1, 2)
    assert finish(dialogue, identification(False, 0, {2: b"C"})) == {0: b"A", 1: b"B", 2: b"C"}


@pytest.mark.parametrize("next_object", [0, 1, 2])
def test_identification_that_does_not_advance_is_an_error_h126(next_object: int) -> None:
    dialogue = read_identification(1, 2)
    next(dialogue)
    with pytest.raises(ReplyError, match="never end"):
        dialogue.send(identification(True, next_object, {2: b"C"}))


def test_identification_leaves_what_came_before_an_error_with_the_caller() -> None:
    objects: dict[int, bytes] = {}
    dialogue = read_identification(1, 0, objects)
    next(dialogue)
    dialogue.send(identification(True, 1, {0: b"A"}))
    with pytest.raises(ReplyError, match="never end"):
        dialogue.send(identification(True, 1, {1: b"B"}))
    assert objects == {0: b"A", 1: b"B"}


def test_neighbours_are_read_together_and_gaps_are_not_bridged() -> None:
    dialogue = read_values(["holding:0", "holding:1", "holding:9"])
    assert next(dialogue) == ReadHoldingRegistersRequest(0, 2)
    assert dialogue.send(ReadHoldingRegistersResponse(b"\0\1\0\2")) == ReadHoldingRegistersRequest(9, 1)
    readings = finish(dialogue, ReadHoldingRegistersResponse(b"\0\3"))
    assert values_of(readings) == [1, 2, 3]


def test_values_come_in_the_order_they_were_asked_for() -> None:
    dialogue = read_values(["coil:1", "coil:0"])
    assert next(dialogue) == ReadCoilsRequest(0, 2)
    readings = finish(dialogue, ReadCoilsResponse(b"\x01", 2))
    assert values_of(readings) == [False, True]
    assert [reading.registers for reading in readings] == [(0,), (1,)]


def test_registers_that_mean_nothing_are_a_fault_of_that_value_only() -> None:
    dialogue = read_values(["holding:0/bcd16", "holding:1"])
    next(dialogue)
    readings = finish(dialogue, ReadHoldingRegistersResponse(b"\x0f\xff\0\1"))
    assert readings[0].value is None
    assert isinstance(readings[0].fault, DecodeError)
    assert readings[1].value == 1
    with pytest.raises(DecodeError):
        values_of(readings)
