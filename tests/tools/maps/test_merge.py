"""Several sources of one family become one map."""

from __future__ import annotations

from dataclasses import replace

from tools.maps.facts import Entry, Fact
from tools.maps.merge import merge

TYPES = frozenset({"uint16", "int16", "uint32", "float32", "string", "bits"})
VOLTAGE = Fact("voltage_l1", "input", 0, "uint16", 1, 0.1, 0, "V", writable=False)


def entry(repo: str, *facts: Fact, evidence: str = "") -> Entry:
    source = {"repo": repo, "file": "f", "licence": "MIT"}
    return Entry(
        repo, "family", "A", ["B"], "energy_meter", 502, 1, source, "x", evidence, "", [], list(facts)
    )


def test_what_sources_agree_upon_becomes_one_point_under_the_better_name() -> None:
    other = replace(VOLTAGE, name="register_one_value")
    merged = merge([entry("o/a", other), entry("o/b", VOLTAGE)], TYPES, meter=True)
    assert list(merged.points) == ["voltage_l1"]
    assert merged.notes == []


def test_the_majority_decides_and_a_note_says_so() -> None:
    wrong = replace(VOLTAGE, scale=0.01)
    merged = merge([entry("o/a", wrong), entry("o/b", VOLTAGE), entry("o/c", VOLTAGE)], TYPES, meter=True)
    assert merged.points["voltage_l1"].fact.scale == 0.1
    (note,) = merged.notes
    assert "x 0.01 V in o/a" in note


def test_a_page_of_a_manual_outweighs_a_repository() -> None:
    page = replace(VOLTAGE, scale=0.01)
    merged = merge([entry("o/a", VOLTAGE), entry("manual", page, evidence="page")], TYPES, meter=True)
    assert merged.points["voltage_l1"].fact.scale == 0.01


def test_kilowatts_and_watts_are_no_disagreement() -> None:
    watts = Fact("power", "input", 9, "float32", 2, 1, 0, "W", writable=False)
    kilowatts = replace(watts, scale=0.001, unit="kW")
    assert merge([entry("o/a", watts), entry("o/b", kilowatts)], TYPES, meter=True).notes == []


def test_of_overlapping_values_the_better_supported_stays() -> None:
    wide = Fact("energy", "input", 1, "uint32", 2, 1, 0, "kWh", writable=False)
    half = replace(wide, name="energy_low", address=2, type="uint16", length=1)
    merged = merge([entry("o/a", wide), entry("o/b", wide, half)], TYPES, meter=True)
    assert [point.fact.address for point in merged.points.values()] == [1]
    assert merged.dropped["overlaps a better supported point"] == 1


def test_fields_of_one_register_stay_side_by_side() -> None:
    low = Fact("low_mode", "holding", 1, "uint16", 1, 1, 0, "", writable=False, mask=0x0F)
    high = replace(low, name="high_mode", mask=0xF0)
    assert len(merge([entry("o/a", low, high)], TYPES, meter=False).points) == 2
    both = replace(low, name="both", mask=0xFF)
    assert len(merge([entry("o/a", low, both)], TYPES, meter=False).points) == 1


def test_input_and_holding_registers_that_read_the_same_are_the_same() -> None:
    inputs = [replace(VOLTAGE, address=at, name=f"voltage_l{at + 1}") for at in range(3)]
    holdings = [replace(fact, table="holding") for fact in inputs]
    merged = merge([entry("o/a", *inputs), entry("o/b", *holdings)], TYPES, meter=True)
    assert [point.fact.table for point in merged.points.values()] == ["input"] * 3
    apart = merge([entry("o/a", *inputs, *holdings)], TYPES, meter=True)
    assert len(apart.points) == 6


def test_two_registers_with_one_name_keep_both() -> None:
    again = replace(VOLTAGE, address=7)
    wide = replace(VOLTAGE, address=20, type="uint32", length=2)
    merged = merge([entry("o/a", VOLTAGE, again, wide)], TYPES, meter=True)
    assert list(merged.points) == ["voltage_l1", "voltage_l1_7", "voltage_l1_32bit"]


def test_the_unsound_falls_away_and_is_counted() -> None:
    facts = [
        replace(VOLTAGE, name="read_len"),
        replace(VOLTAGE, address=1, type="float128"),
        replace(VOLTAGE, address=2, scale=0),
        replace(VOLTAGE, address=65535, type="uint32", length=2),
        replace(VOLTAGE, address=3, type="bits", length=2),
    ]
    merged = merge([entry("o/a", *facts)], TYPES, meter=True)
    assert not merged.points
    assert sum(merged.dropped.values()) == len(facts)


def test_a_unit_that_is_missing_is_only_told_where_no_other_is_possible() -> None:
    tenths = replace(VOLTAGE, unit="")
    whole = replace(VOLTAGE, unit="", scale=1, address=1, name="voltage_l2")
    merged = merge([entry("o/a", tenths, whole)], TYPES, meter=True)
    assert merged.points["voltage_l1"].fact.unit == "V"
    assert merged.points["voltage_l2"].fact.unit == ""
    assert merged.points["voltage_l2"].quantity == "raw"


def test_a_power_factor_that_counts_whole_numbers_is_none() -> None:
    factor = Fact("cosphi", "input", 0, "int16", 1, 1, 0, "", writable=False)
    assert merge([entry("o/a", factor)], TYPES, meter=True).points["power_factor_total"].quantity == "raw"


def test_a_register_that_means_something_else_on_other_models_is_left_out() -> None:
    one = replace(VOLTAGE, applies_to="GEN3")
    other = replace(VOLTAGE, name="power", unit="W", applies_to="GEN4")
    wide = Fact("energy", "input", 9, "uint32", 2, 1, 0, "kWh", writable=False, applies_to="GEN3")
    half = replace(wide, name="low", address=10, type="uint16", length=1, applies_to="GEN4")
    same = replace(VOLTAGE, address=20, applies_to="GEN3")
    merged = merge(
        [entry("o/a", one, other, wide, half, same, replace(same, applies_to="GEN4"))], TYPES, meter=True
    )
    assert [point.fact.address for point in merged.points.values()] == [20]
    assert merged.dropped["means something else on other models"] == 4


def test_a_voltage_and_a_current_at_one_register_are_a_disagreement() -> None:
    current = replace(VOLTAGE, name="current_l1", unit="A")
    merged = merge([entry("o/a", current), entry("o/b", VOLTAGE), entry("o/c", VOLTAGE)], TYPES, meter=True)
    assert list(merged.points) == ["voltage_l1"]
    assert len(merged.notes) == 1
