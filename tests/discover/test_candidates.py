"""Which product it may be."""

from __future__ import annotations

from port502.discover.candidates import Candidate, distinctions, rank, same_maker, undecided
from port502.discover.identity import Facts
from port502.discover.products import known_products, parse_product
from port502.registers.maps.library import Library
from port502.registers.maps.model import DeviceMap
from port502.registers.point import Point
from port502.registers.reference import Table, parse_reference
from port502.registers.sunspec.device import Common

LIBRARY = Library.default()
PRODUCTS = known_products(LIBRARY)
SUMMARIES = LIBRARY.list()


def ranked(facts: Facts, **where: object) -> list[Candidate]:
    return rank(facts, PRODUCTS, SUMMARIES, **where)  # type: ignore[arg-type]


def text(value: str, count: int) -> tuple[int, ...]:
    data = value.encode().ljust(2 * count, b"\0")
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, 2 * count, 2))


def test_registers_that_say_who_it_is_are_sure() -> None:
    best = ranked(Facts(registers={(Table.INPUT, 5000, 10): text("E1214", 10)}))[0]
    assert (best.map, best.confidence) == ("moxa/iologik-e1214", "sure")
    assert best.evidence == ("input:5000 says 'E1214'",)


def test_names_that_it_gives_itself_are_compared_with_the_library() -> None:
    facts = Facts(objects={0: b"Eastron", 1: b"SDM630-Modbus V2"})
    best = ranked(facts)[0]
    assert best.map == "eastron/sdm630"
    assert best.evidence == ("names itself Eastron SDM630-M",)


def test_evidence_of_two_kinds_is_worth_more_than_one() -> None:
    registers = {(Table.INPUT, 5000, 10): text("E1214", 10)}
    alone = ranked(Facts(registers=registers))[0]
    both = ranked(Facts(registers=registers, objects={0: b"Moxa", 1: b"ioLogik E1214"}))[0]
    assert both.map == alone.map
    assert both.score > alone.score
    assert len(both.evidence) == 2


def test_a_rule_written_from_memory_is_never_sure() -> None:
    facts = Facts(registers={(Table.HOLDING, 30000, 15): text("SUN2000-10KTL", 15)})
    best = ranked(facts)[0]
    assert (best.map, best.confidence) == ("huawei/sun2000-hybrid", "likely")


def test_a_chain_of_models_describes_itself() -> None:
    facts = Facts(common=Common("Acme", "SUN 5"), models=(1, 103), base=40000)
    best = ranked(facts)[0]
    assert (best.map, best.product, best.confidence) == ("sunspec", "SUN 5", "sure")
    assert "holding:40000" in best.evidence[0]


def test_the_maker_alone_names_relatives_as_possible_only() -> None:
    found = ranked(Facts(objects={0: b"Eastron", 1: b"XYZ"}))
    assert found
    assert {one.confidence for one in found} == {"possible"}
    assert all(one.map.startswith("eastron/") for one in found)


def test_registers_that_anybody_may_have_prove_little() -> None:
    found = ranked(Facts(registers={(Table.INPUT, 4999, 1): (7,)}))
    assert {one.confidence for one in found} == {"possible"}


def test_nothing_said_is_nothing_known() -> None:
    assert ranked(Facts()) == []


def test_the_interface_of_the_same_maker_and_the_usual_unit_are_hints() -> None:
    row = {
        "product": "P",
        "manufacturer": "Acme",
        "units": [3],
        "rule": {"kind": "register_known", "table": "input", "address": 1},
    }
    facts = Facts(registers={(Table.INPUT, 1, 1): (7,)})
    product = parse_product(row)
    plain = rank(facts, [product], [])[0]
    usual = rank(facts, [product], [], unit=3, maker="ACME Ltd")[0]
    assert usual.score > plain.score
    assert "its network interface is made by ACME Ltd" in usual.evidence


def test_makers_are_the_same_by_their_first_word() -> None:
    assert same_maker("Schneider Electric", "SCHNEIDER")
    assert same_maker("The Acme Company", "Acme")
    assert not same_maker("Siemens AG", "Schneider")
    assert not same_maker("", "")


def test_what_is_near_is_not_decided() -> None:
    near = [Candidate("a/1", "1", "A", 90), Candidate("a/2", "2", "A", 84), Candidate("a/3", "3", "A", 60)]
    assert [one.map for one in undecided(near)] == ["a/1", "a/2"]
    assert undecided(near[:1]) == []
    assert undecided([]) == []


def test_a_point_that_only_one_has_tells_maps_apart() -> None:
    def made(name: str, *refs: str) -> DeviceMap:
        points = [Point.from_reference(parse_reference(ref), name=f"p{at}") for at, ref in enumerate(refs)]
        return DeviceMap.of(name, points)

    one, other = made("a/1", "holding:0", "holding:9"), made("a/2", "holding:0", "input:9")
    found = distinctions([one, other])
    assert [(name, str(point.point.table), point.point.address) for name, point in found] == [
        ("a/1", "holding", 9),
        ("a/2", "input", 9),
    ]
    assert distinctions([one, one.renamed("a/3")]) == []
