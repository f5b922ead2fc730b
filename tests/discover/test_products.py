"""Rules that recognise products."""

from __future__ import annotations

import pytest

from port502.discover.identity import Facts
from port502.discover.products import (
    fits,
    is_telling,
    known_products,
    parse_product,
    parse_rule,
    places_of,
    seen,
    table_of_products,
)
from port502.errors import ConfigError
from port502.registers.maps.fingerprint import RegisterRule, ServerIdRule, SunSpecRule, TextRule
from port502.registers.maps.library import Library
from port502.registers.reference import Table
from port502.registers.sunspec.device import Common

STRING = {"kind": "register_string", "table": "holding", "address": 69, "length": 5, "contains": "Schneider"}


def test_every_map_of_the_table_is_in_the_library() -> None:
    known = set(Library.default().names())
    table = table_of_products()
    assert len(table) > 15
    assert {name for product in table for name in product.maps} <= known


def test_the_library_and_the_table_together_need_few_reads() -> None:
    products = known_products()
    assert any(product.maps == ("schneider/pm5100",) for product in products)
    assert any(product.manufacturer == "DEIF" for product in products)
    assert 20 <= len(places_of(products)) <= 60


def test_rules_of_every_kind() -> None:
    text = parse_rule(STRING)
    assert isinstance(text, RegisterRule)
    assert text.fits([0x5363, 0x686E, 0x6569, 0x6465, 0x7200])
    ascii_rule = parse_rule(
        {"kind": "register_in", "table": "holding", "address": 1, "type": "uint32", "values_ascii": ["B23 "]}
    )
    assert isinstance(ascii_rule, RegisterRule)
    assert ascii_rule.fits([0x4232, 0x3320])
    bcd = parse_rule(
        {"kind": "register_bcd", "table": "holding", "address": 210, "between": ["4011", "6366"]}
    )
    assert isinstance(bcd, RegisterRule)
    assert bcd.fits([0x6050])
    assert not bcd.fits([0x605A])
    with pytest.raises(ConfigError, match="no rule"):
        parse_rule({"kind": "smell"})


def test_a_rule_about_which_nothing_was_said_is_undecided() -> None:
    rule = parse_rule(STRING)
    assert isinstance(rule, RegisterRule)
    assert fits(rule, Facts()) is None
    place = (Table.HOLDING, 69, 5)
    assert fits(rule, Facts(registers={place: (0, 0, 0, 0, 0)})) is False
    assert fits(SunSpecRule(), Facts()) is None
    assert fits(SunSpecRule(), Facts(common=Common("A"))) is True
    assert fits(ServerIdRule(TextRule(contains="x")), Facts(server_id=b"xyz")) is True
    vendor = parse_rule({"kind": "fc43", "vendor": "Acme"})
    assert fits(vendor, Facts(objects={0: b"ACME"})) is True
    assert fits(vendor, Facts()) is None


def test_what_was_seen_in_words() -> None:
    rule = parse_rule(STRING)
    words = (0x5363, 0x686E, 0x6569, 0x6465, 0x7200)
    assert seen(rule, Facts(registers={(Table.HOLDING, 69, 5): words})) == "holding:69 says 'Schneider'"
    any_value = parse_rule({"kind": "register_known", "table": "input", "address": 4999})
    assert not is_telling(any_value)
    assert (
        seen(any_value, Facts(registers={(Table.INPUT, 4999, 1): (7,)}))
        == "input:4999 is 7, whatever that means"
    )
    assert seen(parse_rule({"kind": "fc43", "vendor": "A"}), Facts(objects={0: b"A", 1: b"B"})) == (
        "identifies itself as A B"
    )


def test_rules_that_belong_together_stay_together() -> None:
    row = {
        "product": "P",
        "manufacturer": "M",
        "rule": {**STRING, "also": [{"kind": "register_known", "table": "input", "address": 1}]},
        "confirmed": False,
    }
    product = parse_product(row)
    assert len(product.fingerprint[0]) == 2
    assert product.places() == {(Table.HOLDING, 69, 5), (Table.INPUT, 1, 1)}
    assert not product.confirmed
