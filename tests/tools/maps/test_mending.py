"""What was decided by hand about single points."""

from __future__ import annotations

from tools.maps.facts import Entry, Fact
from tools.maps.mending import mend
from tools.maps.renamed import LEFT_OUT, NOTES, POINTS, RENAMED


def entry(family: str, *addresses: int, name: str = "") -> Entry:
    facts = [Fact("x", "input", at, "uint16", 1, 1, 0, "", writable=False) for at in addresses]
    return Entry(name or family, family, "A", [], "inverter", 502, 1, {}, "x", "", "", [], facts)


def test_points_are_renamed_moved_or_taken_out() -> None:
    assert [fact.name for fact in mend(entry("sermatec-hybrid-m-ev", 12288, 5)).facts] == [
        "battery_voltage",
        "x",
    ]
    assert [fact.address for fact in mend(entry("siemens-pac2200", 46)).facts] == [55]
    assert mend(entry("atmoce-m-ev", 60029)).facts == []


def test_an_entry_whose_registers_are_its_own_gets_its_own_family() -> None:
    mended = mend(entry("carlo-gavazzi-em24", 51, name="carlo-gavazzi-em24-e1"))
    assert mended.family == "carlo-gavazzi-em24-e1"
    assert mended.facts[0].scale == 1


def test_what_nobody_decided_stays() -> None:
    assert mend(entry("anything", 1)).facts[0].name == "x"


def test_no_decision_is_about_a_family_that_is_left_out() -> None:
    assert not set(LEFT_OUT) & (set(POINTS) | set(RENAMED) | set(NOTES)) - {"circutor-cvm-e3-mini-bp"}
