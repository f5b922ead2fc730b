"""Rules that recognise products: those of the library's maps, and those of products without a map of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from port502.discover.identity import Facts, Place
from port502.errors import ConfigError
from port502.registers.maps.fingerprint import (
    Fc43Rule,
    Fingerprint,
    RegisterRule,
    Rule,
    ServerIdRule,
    SunSpecRule,
    TextRule,
)
from port502.registers.maps.library import Library
from port502.registers.reference import Table
from port502.registers.values import DecodeError, decode_value, width_of

FILE = "products.json"


@dataclass(frozen=True, slots=True)
class Product:
    """A product that can be recognised, and the ``maps`` that fit it (several where the rule cannot tell them apart).

    ``units`` and ``ports`` are where such devices usually answer. ``confirmed`` is False for a rule that was
    written down from memory.
    """

    name: str
    manufacturer: str
    maps: tuple[str, ...]
    fingerprint: Fingerprint
    units: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()
    confirmed: bool = True

    def places(self) -> set[Place]:
        """The registers that have to be read to judge its rules."""
        return {
            (rule.table, rule.address, rule.count)
            for alternative in self.fingerprint
            for rule in alternative
            if isinstance(rule, RegisterRule)
        }


def known_products(library: Library | None = None) -> tuple[Product, ...]:
    """Every product that can be recognised by what it answers, out of the library and out of the table of products."""
    library = library or Library.default()
    found = []
    for name in library.names():
        known = library.load(name)
        if known.fingerprint:
            title = ", ".join(known.models[:3]) or name
            found.append(
                Product(title, known.manufacturer, (name,), known.fingerprint, (known.default_unit,))
            )
    return (*found, *table_of_products())


@cache
def table_of_products() -> tuple[Product, ...]:
    """The table that comes with port502; raises ConfigError for a row that says nothing."""
    text = files("port502.discover").joinpath(FILE).read_text("utf-8")
    return tuple(map(parse_product, json.loads(text)["products"]))


def parse_product(row: Mapping[str, Any]) -> Product:
    """A row of the table."""
    rule = row["rule"]
    together = tuple(parse_rule(one) for one in (rule, *rule.get("also", ())))
    return Product(
        row["product"],
        row["manufacturer"],
        tuple(row.get("maps", ())),
        (together,),
        tuple(row.get("units", ())),
        tuple(row.get("ports", ())),
        bool(row.get("confirmed", True)),
    )


def parse_rule(raw: Mapping[str, Any]) -> Rule:
    """A rule of the table; raises ConfigError for a kind that is not known."""
    kind = raw["kind"]
    if kind == "fc43":
        return Fc43Rule(((0, TextRule(equals=raw["vendor"])),))
    if not kind.startswith("register_"):
        raise ConfigError(f"{FILE}: no rule is called {kind!r}")
    table, address = Table(raw["table"]), int(raw["address"])
    if kind == "register_string":
        said = {key: raw[key] for key in ("equals", "contains", "regex") if key in raw}
        text = TextRule(one_of=tuple(raw.get("in", ())), **said)
        return RegisterRule(table, address, "string", "abcd", int(raw["length"]), text=text)
    type_ = raw.get("type", "uint16")
    values = [int(one) for one in raw.get("values", ())]
    size = 2 * width_of(type_)
    values += [int.from_bytes(one.ljust(size).encode(), "big") for one in raw.get("values_ascii", ())]
    if kind == "register_bcd":
        low, high = (int(one) for one in raw["between"])
        values = [int(str(number), 16) for number in range(low, high + 1)]
    return RegisterRule(table, address, type_, values=tuple(values))


def places_of(products: Iterable[Product]) -> set[Place]:
    """All registers that the rules of several products look at."""
    return {place for product in products for place in product.places()}


def fits(rule: Rule, facts: Facts) -> bool | None:
    """Whether what a unit said fits a rule; None where it said nothing about it."""
    if isinstance(rule, Fc43Rule):
        return rule.fits(facts.objects) if facts.objects else None
    if isinstance(rule, ServerIdRule):
        return rule.fits(facts.server_id) if facts.server_id is not None else None
    if isinstance(rule, SunSpecRule):
        if facts.common is None:
            return None
        return rule.fits(facts.common.manufacturer, facts.common.model, facts.models)
    registers = facts.registers.get((rule.table, rule.address, rule.count))
    return None if registers is None else rule.fits(registers)


def is_telling(rule: Rule) -> bool:
    """Whether a rule asks for something in particular; some only want registers to be there."""
    return not isinstance(rule, RegisterRule) or bool(rule.values or rule.text)


def seen(rule: Rule, facts: Facts) -> str:
    """What a unit said about a rule, in words."""
    if isinstance(rule, Fc43Rule):
        return f"identifies itself as {facts.manufacturer} {facts.product}".rstrip()
    if isinstance(rule, ServerIdRule):
        return "its server id says so"
    if isinstance(rule, SunSpecRule):
        return f"SunSpec says {facts.manufacturer} {facts.product}".rstrip()
    place = f"{rule.table}:{rule.address}"
    registers = facts.registers.get((rule.table, rule.address, rule.count), ())
    data = b"".join(one.to_bytes(2, "big") for one in registers)
    try:
        value = decode_value(rule.type, rule.order, data, rule.length)
    except DecodeError:
        return f"{place} holds {data.hex(' ')}"
    if isinstance(value, str):
        return f"{place} says {value.strip()!r}"
    return f"{place} is {value}" + ("" if is_telling(rule) else ", whatever that means")
