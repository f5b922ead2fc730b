"""Addresses and values of a device file's tables."""

from __future__ import annotations

from typing import Any

import pytest

from port502.site.device_values import Addresses, AddressKind, BitKind, Filling, RegisterKind


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("0", 0, None),
        ("65535", 65535, None),
        ("0x64", 100, None),
        ("100-199", 100, 199),
        ("0x10 - 0x1F", 16, 31),
    ],
)
def test_addresses(text: str, first: int, last: int | None) -> None:
    assert AddressKind().check(text) == Addresses(first, last, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a", "is no address"),
        ("", "is no address"),
        ("-1", "is no address"),
        ("1-2-3", "is no address"),
        ("1..2", "is no address"),
        ("٣", "is no address"),
        ("65536", "not within 0 to 65535"),
        ("5-65536", "not within"),
        ("5-3", "write 3-5"),
    ],
)
def test_what_is_no_address(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        AddressKind().check(text)


def test_numbers_that_are_no_ranges() -> None:
    with pytest.raises(ValueError, match=r"is a range; write a number"):
        AddressKind("file number", lowest=1, single=True).check("1-2")
    with pytest.raises(ValueError, match="not within 1 to"):
        AddressKind("file number", lowest=1, single=True).check("0")


@pytest.mark.parametrize(
    ("value", "registers"),
    [
        (7, [7]),
        ([10, 20, 30], [10, 20, 30]),
        ({"float32": 21.5}, [0x41AC, 0x0000]),
        ({"float32": 21.5, "order": "cdab"}, [0x0000, 0x41AC]),
        ({"float32": [1, 2.0]}, [0x3F80, 0, 0x4000, 0]),
        ({"int16": -5}, [0xFFFB]),
        ({"uint32": 0x12345678}, [0x1234, 0x5678]),
        ({"string": "BOILER 7", "length": 8}, [0x424F, 0x494C, 0x4552, 0x2037, 0, 0, 0, 0]),
        ({"string": "abc"}, [0x6162, 0x6300]),
        ({"string": ""}, [0]),
        ({"bits": 0x8001}, [0x8001]),
        ({"bits": [True] + [False] * 15}, [1]),
        ({"bcd16": 1234}, [0x1234]),
    ],
)
def test_registers(value: Any, registers: list[int]) -> None:
    assert list(RegisterKind().check(value).values) == registers


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (70000, r"0 to 65535, got 70000; write \{uint32"),
        (-5, r"write \{int16: -5\}"),
        (-40000, "0 to 65535"),
        (1.5, r"write \{float32"),
        (True, "a whole number, got True"),
        ("7", "a whole number, got '7'"),
        (None, "a whole number"),
        ([], "an empty list fills nothing"),
        ([1, 70000], "value 2: a register holds"),
        ([1, [2]], "value 2:"),
        ({}, "one type with its value"),
        ({"order": "cdab"}, "one type with its value"),
        ({"float32": 1.0, "int16": 5}, "one type with its value"),
        ({"float33": 1.0}, "did you mean 'float32'"),
        ({"float32": 1.0, "order": "abdc"}, "unknown order 'abdc'"),
        ({"float32": 1.0, "length": 2}, "'length' is the number of registers of a string"),
        ({"string": "abc", "length": 0}, "'length' is the number"),
        ({"string": "abc", "length": True}, "'length' is the number"),
        ({"string": "abc", "length": 1}, "holds 2 bytes, got 3"),
        ({"string": 5}, "string expected, got 5"),
        ({"float32": "1.0"}, "float32 expected, got '1.0'"),
        ({"float32": None}, "float32 expected"),
        ({"float32": []}, "an empty list"),
        ({"int16": 40000}, "-32768"),
        ({"float32": 1e300}, "float32 holds"),
        ({"bits": [True, False]}, "16 times"),
        ({"uint16": {"a": 1}}, "uint16 expected"),
    ],
)
def test_what_no_register_holds(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        RegisterKind().check(value)


def test_bits() -> None:
    assert BitKind().check(True) == Filling([1], True)
    assert BitKind().check([True, 0, 1]) == Filling([1, 0, 1], False)
    for wrong in (2, "on", None, [], [True, 2], {"a": 1}):
        with pytest.raises(ValueError, match=r"true or false|empty list"):
            BitKind().check(wrong)


@pytest.mark.parametrize(
    ("at", "filling", "values"),
    [
        (Addresses(5, None, "5"), Filling([1, 2, 3], False), [1, 2, 3]),
        (Addresses(65533, None, ""), Filling([1, 2, 3], False), [1, 2, 3]),
        (Addresses(5, 7, "5-7"), Filling([1, 2, 3], False), [1, 2, 3]),
        (Addresses(5, 7, "5-7"), Filling([9], True), [9, 9, 9]),
        (Addresses(0, 3, "0-3"), Filling([1, 2], True), [1, 2, 1, 2]),
    ],
)
def test_values_are_placed(at: Addresses, filling: Filling, values: list[int]) -> None:
    first, placed = filling.placed(at)
    assert first == at.first
    assert list(placed) == values


@pytest.mark.parametrize(
    ("at", "filling", "reason"),
    [
        (Addresses(65534, None, "65534"), Filling([1, 2, 3], False), "beyond 65535"),
        (Addresses(0, 9, "0-9"), Filling([1, 2], False), "0-9 is 10 addresses, but 2 are given"),
        (Addresses(0, 4, "0-4"), Filling([1, 2], True), "a multiple of"),
        (Addresses(0, 1, "0-1"), Filling([1, 2, 3], False), "as many as"),
    ],
)
def test_values_that_do_not_fit(at: Addresses, filling: Filling, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        filling.placed(at)
