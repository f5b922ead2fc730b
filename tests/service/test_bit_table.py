from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.protocol.bits import pack_bits
from port502.service.bit_table import BitTable, slice_bits


def test_bits_are_packed_lowest_address_first() -> None:
    table = BitTable([True, False, True, True, False, False, True, True, True, True])
    assert table.take(0, 10) == b"\xcd\x03"
    assert table.take(2, 3) == b"\x03"


def test_padding_behind_the_last_bit_is_zero() -> None:
    assert BitTable([True] * 20).take(0, 9) == b"\xff\x01"


@given(st.lists(st.booleans(), min_size=1, max_size=70), st.data())
def test_any_slice_at_any_offset_is_right(bits: list[bool], data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(bits) - 1))
    quantity = data.draw(st.integers(1, len(bits) - offset))
    packed = bytearray(pack_bits(bits))
    assert slice_bits(packed, offset, quantity) == pack_bits(bits[offset : offset + quantity])


@given(st.lists(st.booleans(), min_size=1, max_size=70), st.data())
def test_a_write_at_any_offset_changes_its_bits_and_no_other(bits: list[bool], data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(bits) - 1))
    quantity = data.draw(st.integers(1, len(bits) - offset))
    new = data.draw(st.lists(st.booleans(), min_size=quantity, max_size=quantity))
    table = BitTable({1000: bits})
    table.write(1000 + offset, new)
    expected = bits[:offset] + new + bits[offset + quantity :]
    assert table.read(1000, len(bits)) == expected


def test_h036_padding_bits_of_a_write_are_ignored() -> None:
    table = BitTable([False] * 12)
    table.put(0, 3, b"\xff")
    assert table.read(0, 12) == [True] * 3 + [False] * 9


@pytest.mark.parametrize("first", [1, 3, 8, 13])
def test_ranges_join_at_any_bit(first: int) -> None:
    table = BitTable()
    table.add(first, [True, False, True])
    table.add(0, [True] * first)
    assert table.ranges() == [range(first + 3)]
    assert table.read(0, first + 3) == [True] * first + [True, False, True]


def test_bits_are_true_or_false() -> None:
    with pytest.raises(UsageError):
        BitTable([2])  # type: ignore[list-item]
    assert BitTable([1, 0]).read(0, 2) == [True, False]  # type: ignore[list-item]
