"""Registers to bytes and back."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.words import data_of, registers_of


@pytest.mark.parametrize("count", [0, 1, 2, 124, 125, 126, 1000])
def test_round_trip_of_any_length(count: int) -> None:
    values = [(7919 * index) & 0xFFFF for index in range(count)]
    assert registers_of(data_of(values)) == values
    assert len(data_of(values)) == 2 * count


def test_big_endian() -> None:
    assert data_of([0x1234, 1]) == bytes.fromhex("12 34 00 01")
    assert registers_of(bytes.fromhex("FF FE")) == [0xFFFE]


@pytest.mark.parametrize("size", [1, 3, 251, 253])
def test_half_registers_are_refused(size: int) -> None:
    with pytest.raises(UsageError, match=f"got {size} bytes"):
        registers_of(bytes(size))


@pytest.mark.parametrize("wrong", [-1, 65536, 1.5, "7", None])
def test_values_that_are_no_registers_are_named(wrong: object) -> None:
    with pytest.raises(UsageError, match="number 1 is"):
        data_of([0, wrong, 2])  # type: ignore[list-item]
    with pytest.raises(UsageError, match="number 200 is"):
        data_of([0] * 200 + [wrong])  # type: ignore[list-item]
