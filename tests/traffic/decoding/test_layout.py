"""The walk through a PDU."""

from __future__ import annotations

from port502.registers.reference import Table
from port502.traffic.decoding.layout import Span, Walk, both_ways, span_text


def test_places_are_named_both_ways() -> None:
    assert both_ways(Table.HOLDING, 107) == "holding:107 = 40108"
    assert both_ways(Table.COIL, 0) == "coil:0 = 00001"
    assert span_text(Span(Table.HOLDING, 107, 3)) == "holding:107..109 = 40108..40110"
    assert span_text(Span(Table.INPUT, 8, 1)) == "input:8 = 30009"
    assert span_text(Span(Table.HOLDING, None, 3)) == "3 registers"
    assert span_text(Span(Table.HOLDING, 65535, 2)) == "holding:65535 = 465536"


def test_a_place_nobody_knows_is_counted() -> None:
    assert Span(Table.HOLDING, None, 2).place(1) == "register 1"
    assert Span(Table.COIL, None, 2).place(0) == "bit 0"
    assert Span(Table.HOLDING, 65535, 2).place(1) == "register 1"


def test_what_is_missing_is_said_once() -> None:
    walk = Walk(b"\x03\x00")
    assert walk.number("func_code", 1) == 3
    assert walk.number("reference_num") is None
    assert walk.number("word_cnt") is None
    found = walk.finish()
    assert [str(one) for one in found.problems] == ["reference num takes 2 bytes, there is 1 byte left"]
    assert [(one.name, one.start, one.size) for one in found.fields] == [("func_code", 0, 1), ("extra", 1, 1)]
    assert not found.fits


def test_what_is_too_much_is_a_field_and_a_fault() -> None:
    walk = Walk(b"\x07\x01\x02")
    walk.number("func_code", 1)
    found = walk.finish()
    assert (found.problems[0].kind, found.problems[0].at) == ("extra", 1)
    assert found.fields[-1].value == "01 02"


def test_an_odd_byte_of_registers_stays_alone() -> None:
    """H241: the whole pairs are shown."""
    walk = Walk(b"\x00\x01\x02")
    walk.registers("register", 3, Span(Table.HOLDING, 7, 1))
    found = walk.finish()
    assert [(one.name, one.value, one.text) for one in found.fields] == [
        ("register", 1, "holding:7 = 40008"),
        ("odd_byte", "02", "half a register"),
    ]
    assert (found.data, found.span) == (b"\x00\x01", Span(Table.HOLDING, 7, 1))


def test_bits_are_told_lowest_first_and_only_those_asked_for() -> None:
    walk = Walk(b"\x05\x01")
    walk.bits("bits", 2, Span(Table.COIL, 19, 10))
    found = walk.finish()
    assert [one.text for one in found.fields] == [
        "from coil:19 = 00020: 1 0 1 0 0 0 0 0",
        "from coil:27 = 00028: 1 0",
    ]
    assert found.span == Span(Table.COIL, 19, 10)
