"""Bits to bytes and back."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.bits import bits_of, bytes_for, pack_bits


@pytest.mark.parametrize(
    ("quantity", "size"), [(0, 0), (1, 1), (7, 1), (8, 1), (9, 2), (16, 2), (17, 3), (2000, 250)]
)
def test_size(quantity: int, size: int) -> None:
    assert bytes_for(quantity) == size
    assert pack_bits([True] * quantity) == (2**quantity - 1).to_bytes(size, "little")


@pytest.mark.parametrize("quantity", [1, 7, 8, 9, 15, 16, 17, 2000])
def test_round_trip(quantity: int) -> None:
    bits = [index % 3 == 0 for index in range(quantity)]
    assert bits_of(pack_bits(bits), quantity) == bits


def test_lowest_bit_first() -> None:
    assert pack_bits([True, False, False, False, False, False, False, False, True]) == b"\x01\x01"
    assert bits_of(b"\x02", 3) == [False, True, False]


def test_padding_is_ignored() -> None:
    assert bits_of(b"\xff", 3) == [True, True, True]


def test_ones_and_zeros_are_bits_as_well() -> None:
    assert pack_bits([1, 0, 1]) == b"\x05"  # type: ignore[list-item]


@pytest.mark.parametrize("wrong", [2, -1, 256, 1.0, "on", None])
def test_anything_else_is_named(wrong: object) -> None:
    with pytest.raises(UsageError, match="True or False"):
        pack_bits([True, wrong])  # type: ignore[list-item]


def test_the_callers_list_is_left_alone() -> None:
    bits = [True] * 3
    pack_bits(bits)
    assert bits == [True, True, True]
