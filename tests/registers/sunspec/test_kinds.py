"""The types of SunSpec, and which value of each says that there is none."""

from __future__ import annotations

import math

import pytest

from port502.registers.sunspec.kinds import KINDS, SCALES, counter_increase
from port502.registers.values import width_of

MISSING = {
    "int16": -0x8000, "int32": -0x8000_0000, "int64": -0x8000_0000_0000_0000, "sunssf": -0x8000,
    "uint16": 0xFFFF, "uint32": 0xFFFF_FFFF, "uint64": 0xFFFF_FFFF_FFFF_FFFF, "count": 0xFFFF,
    "acc16": 0, "acc32": 0, "acc64": 0, "enum16": 0xFFFF, "enum32": 0xFFFF_FFFF,
    "bitfield16": 0xFFFF, "bitfield32": 0xFFFF_FFFF, "bitfield64": 0xFFFF_FFFF_FFFF_FFFF, "string": "",
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), MISSING.items())
def test_not_implemented_is_one_value_of_each_type(name: str, value: object) -> None:
    assert KINDS[name].missing_values == (value,)


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_a_float_is_missing_when_it_is_not_a_number(name: str) -> None:
    (value,) = KINDS[name].missing_values
    assert isinstance(value, float)
    assert math.isnan(value)


def test_what_is_always_there() -> None:
    assert KINDS["raw16"].missing_values == KINDS["pad"].missing_values == ()


def test_widths_agree_with_the_types_in_registers() -> None:
    for kind in KINDS.values():
        if kind.type != "string":
            assert kind.registers == width_of(kind.type), kind.name


def test_only_numbers_and_counters_are_scaled() -> None:
    assert {kind.name for kind in KINDS.values() if kind.is_scalable} == {
        "int16", "int32", "int64", "uint16", "uint32", "uint64", "raw16", "count",
        "acc16", "acc32", "acc64", "float32", "float64",
    }  # fmt: skip
    assert (SCALES[0], SCALES[-1]) == (-10, 10)


def test_counters_go_on_over_their_roll_over() -> None:
    assert counter_increase(KINDS["acc16"], 65530, 4) == 10
    assert counter_increase(KINDS["acc32"], 0xFFFF_FFFF, 0) == 1
    assert counter_increase(KINDS["acc64"], (1 << 63) - 1, 5) == 6
    assert counter_increase(KINDS["acc32"], 100, 150) == 50
    assert counter_increase(KINDS["uint32"], 100, 50) == -50
