"""What registers hold."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from port502.discover.doctor.evidence import SearchSeen, Stability, ValuesSeen
from port502.discover.doctor.expect import parse_expected, read_as, search
from port502.discover.doctor.judge import judge
from port502.registers.reference import Table, parse_reference
from tests.discover.doctor.cases import evidence, exchange, refused


def judged(seen: ValuesSeen, **more: Any) -> Any:
    return judge(evidence(first=exchange(), values=seen, **more)).main


def images(text: str, *read: tuple[int, ...], **more: Any) -> ValuesSeen:
    return ValuesSeen(((parse_reference(text), read),), **more)


def searched(text: str, holding: dict[int, int], **tables: dict[int, int]) -> ValuesSeen:
    expected = parse_expected(text)
    ref = expected.reference
    known = {Table.HOLDING: holding, **{Table(name): one for name, one in tables.items()}}
    raw = tuple(holding[ref.address + at] for at in range(ref.width) if ref.address + at in holding)
    value = read_as(holding, ref.address, ref.type or "uint16", ref.order)
    return ValuesSeen(searches=(SearchSeen(expected, raw, value, search(expected, known)),))


def words(value: float) -> tuple[int, ...]:
    return struct.unpack(">HH", struct.pack(">f", value))


HIGH, LOW = words(231.7)


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (images("holding:0*4", (0, 0, 0, 0)), "DATA.ZERO"),
        (images("holding:0", (0,)), "OK"),
        (images("coil:0*4", (0, 0, 0, 0)), "OK"),
        (images("holding:0/int16", (0x8000,)), "DATA.SENTINEL"),
        (images("holding:0/float32", (0x7FC0, 0)), "DATA.SENTINEL"),
        (images("holding:0/uint32", (0xFFFF, 0xFFFF)), "DATA.SENTINEL"),
        (images("holding:0/uint16", (0x7FFF,)), "OK"),
        (images("holding:0/float32", (LOW, HIGH)), "DATA.WORD_ORDER"),
        (images("holding:0/float32", (HIGH, LOW)), "OK"),
        (images("holding:0/uint32", (1, 65530), (2, 65531), (2, 3), (2, 9)), "DATA.TORN"),
        (images("holding:0/uint32", (1, 65530), (2, 1), (2, 3), (2, 9)), "OK"),
        (images("holding:0", (7,), (7,), (7,), (7,), watched_s=5.0), "DATA.FROZEN"),
        (images("holding:0", (7,), (7,), (8,), (7,), watched_s=5.0), "OK"),
        (images("holding:0", (7,), (7,), (7,), (7,)), "OK"),
        (ValuesSeen(block_table=Table.HOLDING, block=(0,) * 10), "OK"),
        (searched("holding:0/float32 ~ 231.7", {0: HIGH, 1: LOW}), "OK"),
        (searched("holding:0/float32 ~ 231.7", {0: LOW, 1: HIGH}), "DATA.WORD_ORDER"),
        (searched("holding:0/float32 ~ 231.7", {0: 0x1234, 1: HIGH, 2: LOW}), "DATA.OFF_BY_ONE"),
        (searched("holding:0/float32 ~ 231.7", {0: 2317, 1: 0}), "DATA.TYPE"),
        (searched("holding:0 ~ 77", {0: 1}, input={0: 77}), "DATA.TYPE"),
        (searched("holding:0 ~ 77", {0: 1, 1: 2}), "UNKNOWN"),
    ],
)
def test_what_is_odd_about_values(seen: ValuesSeen, code: str) -> None:
    assert judged(seen).code == code


def test_zeros_in_one_table_point_to_the_other() -> None:
    main = judged(images("holding:0*4", (0, 0, 0, 0), twin=(5, 6)))
    assert "the input table holds other values" in main.sentence


def test_zeros_that_nobody_asked_about_are_only_mentioned() -> None:
    verdict = judge(evidence(first=exchange(), values=ValuesSeen(block_table=Table.HOLDING, block=(0,) * 10)))
    assert verdict.main.code == "OK"
    assert [one.code for one in verdict.further] == ["DATA.ZERO"]


def test_all_four_orders_are_shown_with_how_likely_they_are() -> None:
    main = judged(searched("holding:0/float32 ~ 231.7", {0: LOW, 1: HIGH}))
    orders = [one for one in main.signals if one.signal.startswith("order ")]
    assert len(orders) == 4
    assert any("plausible" in one.value for one in orders)


def test_frozen_values_before_a_dead_bus_are_out_of_a_gateways_memory() -> None:
    still = images("holding:0", (7,), (7,), (7,), (7,), watched_s=5.0)
    steady = Stability((exchange(),), (0.001, 0.001))
    dead = refused(0x0B, unit=9, took=0.3)
    assert judged(still, units=(dead,), stability=steady).code == "GW.CACHED"
    at_once = refused(0x0B, unit=9, took=0.001)
    assert judged(still, units=(at_once,), stability=steady).code == "DATA.FROZEN"
