"""Searching for a value that somebody reads off the device."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.discover.doctor.expect import (
    Expected,
    distance,
    parse_expected,
    plausibility,
    read_as,
    search,
)
from port502.errors import UsageError
from port502.registers.reference import Reference, Table, parse_reference


@pytest.mark.parametrize(
    ("text", "ref", "value", "digits"),
    [
        ("holding:0/float32 ~ 231", "holding:0/float32", 231.0, 0),
        ("40001 = 50.02 Hz", "40001", 50.02, 2),
        ("input:7/int32:cdab≈-1.5e3", "input:7/int32:cdab", -1500.0, 1),
        ("h:0~0", "h:0", 0.0, 0),
    ],
)
def test_what_can_be_expected(text: str, ref: str, value: float, digits: int) -> None:
    expected = parse_expected(text)
    assert (expected.reference, expected.value, expected.digits) == (parse_reference(ref), value, digits)


@pytest.mark.parametrize(
    "text",
    [
        "holding:0",
        "holding:0 ~ many",
        "coil:0 ~ 1",
        "holding:0*2 ~ 1",
        "holding:0/string[2] ~ 1",
        "~ 1",
        "holding:0 ~ 1e999",
    ],
)
def test_what_cannot(text: str) -> None:
    with pytest.raises(UsageError):
        parse_expected(text)


def found(text: str, registers: dict[int, int], table: Table = Table.HOLDING) -> list[str]:
    return [one.text for one in search(parse_expected(text), {table: registers})]


def words(layout: str, value: float) -> list[int]:
    return list(struct.unpack(f">{struct.calcsize(layout) // 2}H", struct.pack(layout, value)))


def test_the_closest_candidate_comes_first() -> None:
    high, low = words(">f", 231.7)
    assert found("holding:0/float32 ~ 231.7", {0: 0x1234, 1: high, 2: low})[0] == "holding:1/float32 = 231.7"
    assert found("holding:4/float32 ~ 231.7", {4: low, 5: high})[0] == "holding:4/float32:cdab = 231.7"


def test_an_integer_of_tenths_is_found_with_its_scale() -> None:
    assert "holding:0/uint16 × 0.1 = 230.5" in found("holding:0/float32 ~ 230.5", {0: 2305})


def test_the_other_table_is_searched_too() -> None:
    assert found("holding:3 ~ 77", {3: 77}, Table.INPUT)[0] == "input:3/uint16 = 77"


def test_a_value_that_is_nowhere_has_no_candidates() -> None:
    assert found("holding:0 ~ 77", {0: 1, 1: 2}) == []


def test_what_differs_counts_by_how_unlikely_it_is() -> None:
    expected = parse_expected("holding:4/float32 ~ 1")
    same = Reference(Table.HOLDING, 4, type="float32")
    order = Reference(Table.HOLDING, 4, type="float32", order="cdab")
    beside = Reference(Table.HOLDING, 5, type="float32")
    other = Reference(Table.INPUT, 4, type="float32")
    steps = [distance(expected, one, 1.0) for one in (same, order, beside, other)]
    assert steps == sorted(set(steps))
    assert steps[0] == 0


def test_registers_that_are_not_known_give_no_number() -> None:
    assert read_as({0: 1}, 0, "float32", "abcd") is None
    assert read_as({0: 0xFFFF}, 0, "bcd16", "abcd") is None


@pytest.mark.parametrize(
    ("value", "score"), [(None, 0), (float("nan"), 0), (1e-40, 0), (1e30, 0), (0.0, 1), (231.0, 3), (2e6, 2)]
)
def test_how_much_a_number_looks_like_a_value(value: float | None, score: int) -> None:
    assert plausibility(value) == score


@given(
    st.floats(min_value=0.0625, max_value=1e5, width=32), st.sampled_from(["abcd", "cdab", "badc", "dcba"])
)
def test_every_value_is_found_in_every_order(value: float, order: str) -> None:
    from port502.registers.values import reorder

    data = reorder(struct.pack(">f", value), order)
    registers = {10: int.from_bytes(data[:2], "big"), 11: int.from_bytes(data[2:], "big")}
    expected = Expected(Reference(Table.HOLDING, 10, type="float32", order=order), value, "")
    candidates = search(expected, {Table.HOLDING: registers})
    assert candidates[0].distance <= 3
    assert expected.fits(candidates[0].value)
