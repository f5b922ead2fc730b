"""Where families go, and which have no map."""

from __future__ import annotations

from tools.maps.facts import Entry
from tools.maps.families import left_out, place_of, slug


def entry(
    family: str, manufacturer: str, *models: str, evidence: str = "", category: str = "inverter"
) -> Entry:
    return Entry(family, family, manufacturer, list(models), category, 502, 1, {}, "x", evidence, "", [], [])


def test_the_name_of_a_map_is_maker_and_family_without_marks_of_extraction() -> None:
    place = place_of("abb-m2m-bp", [entry("abb-m2m-bp", "ABB", "M2M")])
    assert (place.name, place.models) == ("abb/m2m", ("M2M",))


def test_decisions_by_hand_come_first() -> None:
    place = place_of("sofar-g3", [entry("sofar-g3", "SofarSolar", "g3hyd")])
    assert place.name == "sofarsolar/g3"
    assert "G3" in place.models
    assert place_of("deye-3p-hv", [entry("deye-3p-hv", "Sunsynk/Deye")]).manufacturer == "Deye"


def test_slugs_are_plain() -> None:
    assert slug("B+G E-Tech") == "bg-e-tech"
    assert slug("Weidmüller") == "weidmueller"


def test_what_is_known_from_memory_only_is_left_out() -> None:
    recalled = entry("a", "A", evidence="recall")
    assert left_out("a", [recalled]) == "known from memory only"
    assert left_out("a", [recalled, entry("a", "A")]) == ""
    assert left_out("m", [entry("m", "S", category="sunspec_model")]) == "SunSpec model"
    assert "discovery" in left_out("fronius-sunspec-float", [entry("x", "Fronius")])
