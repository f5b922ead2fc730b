"""Type and order by keys, and all that registers can mean."""

from __future__ import annotations

from port502.cli.peer import Wanted
from port502.cli.target import resolve
from port502.cli.watching.adopting import TYPES, meanings, next_order, next_type, orders_of
from port502.registers.reference import Table


def wanted(text: str) -> Wanted:
    (one,) = resolve(text, None)
    return one


def test_the_key_goes_through_all_types_and_back_to_the_first() -> None:
    one: Wanted | None = wanted("holding:5")
    seen = []
    for _ in TYPES:
        assert one is not None
        seen.append(one.point.type)
        one = next_type(one)
    assert seen == list(TYPES)
    assert one is not None
    assert (one.point.type, one.ref) == ("uint16", "holding:5/uint16")
    before = next_type(wanted("holding:5/int16"), -1)
    assert before is not None
    assert before.point.type == "uint16"


def test_the_order_stays_with_the_place_and_goes_through_those_that_differ() -> None:
    one = wanted("40108/float32:cdab")
    orders = []
    for _ in range(4):
        following = next_order(one)
        assert following is not None
        one = following
        orders.append(one.point.order)
    assert orders == ["badc", "dcba", "abcd", "cdab"]
    assert one.ref == "holding:107/float32:cdab"
    narrow = next_order(wanted("holding:0"))
    assert narrow is not None
    assert narrow.point.order == "badc"
    assert orders_of("float64") == ("abcd", "cdab", "badc", "dcba")


def test_a_bit_is_a_bit_and_a_string_begins_anew() -> None:
    assert next_type(wanted("coil:3")) is None
    assert next_order(wanted("coil:3")) is None
    after = next_type(wanted("holding:0/string[4]"))
    assert after is not None
    assert after.point.type == "uint16"


def test_at_the_end_of_the_table_wide_types_are_passed_over() -> None:
    following = next_type(wanted("holding:65535/int16"))
    assert following is not None
    assert following.point.type == "bcd16"


def test_registers_mean_many_things_as_far_as_they_are_known() -> None:
    known = {(Table.HOLDING, 7): 0x0000, (Table.HOLDING, 8): 0x41AC}
    found = {(one.type, one.order): one.text for one in meanings(Table.HOLDING, 7, known)}
    assert found["float32", "cdab"] == "21.5"
    assert found["uint32", "abcd"] == str(0x41AC)
    assert found["uint64", "abcd"] == ""
    assert found["uint16", "abcd"] == "0"
    assert "above nine" in found["bcd32", "abcd"] or found["bcd32", "abcd"]
