"""Reading a stretch of registers in blocks."""

from __future__ import annotations

import pytest

from port502.errors import ServerDeviceBusyError
from port502.registers.sunspec.image import Image, fill
from tests.registers.sunspec.chains import Wire


def test_spans_are_read_together_and_gaps_bridged() -> None:
    wire = Wire({address: address for address in range(1000, 1200)})
    image = Image(1000, 200)
    wire.run(fill(image, [(0, 2), (4, 1), (60, 2)], 125))
    assert wire.requests == [(1000, 5), (1060, 2)]
    assert image.has(0, 5)
    assert not image.has(4, 2)
    assert image.take(4, 1) == (1004).to_bytes(2, "big")
    assert image.reason(5, 1) == "not read"


def test_a_span_longer_than_a_read_is_read_in_parts() -> None:
    wire = Wire(dict.fromkeys(range(300), 7))
    image = Image(0, 300)
    wire.run(fill(image, [(0, 300)], 50))
    assert [count for _, count in wire.requests] == [50] * 6
    assert image.has(0, 300)


def test_what_the_device_refuses_does_not_take_the_rest_with_it() -> None:
    wire = Wire(dict.fromkeys(range(64), 7))
    wire.refused = {20}
    image = Image(0, 64)
    wire.run(fill(image, [(place, 1) for place in range(64)], 125))
    assert not image.has(20, 1)
    assert image.reason(20, 1) == "refused with exception 2: illegal data address"
    assert image.has(0, 16)
    assert image.has(32, 32)
    assert len(wire.requests) <= 31


def test_a_device_that_is_busy_ends_the_reading() -> None:
    dialogue = fill(Image(0, 4), [(0, 4)], 125)
    next(dialogue)
    with pytest.raises(ServerDeviceBusyError):
        dialogue.throw(ServerDeviceBusyError(3))
