"""Facts as the converter reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.maps.facts import fact_of, label_of, labels_of, read_entries


def raw(**given: Any) -> dict[str, Any]:
    return {
        "name": "voltage", "address": 5, "table": "holding", "type": "uint16", "length": 1,
        "scale": 1, "offset": 0, "unit": "V", "access": "ro",
    } | given  # fmt: skip


def test_the_order_of_a_device_holds_for_values_of_several_registers() -> None:
    wide = raw(type="uint32", length=2)
    assert fact_of(wide, "little", "any").order == "cdab"
    assert fact_of(wide | {"word_order": "big"}, "little", "any").order == "abcd"
    assert fact_of(raw(), "little", "any").order == "abcd"
    assert fact_of(raw(type="string", length=4), "little", "any").order == "abcd"


def test_one_source_gives_the_factor_from_value_to_register_for_what_is_written() -> None:
    assert fact_of(raw(access="rw", scale=10), "big", "evcc_templates").scale == 0.1
    assert fact_of(raw(access="rw", scale=10), "big", "growatt").scale == 10
    assert fact_of(raw(scale=10), "big", "evcc_templates").scale == 10


def test_a_scale_that_only_shifts_a_masked_field_down_is_none() -> None:
    assert fact_of(raw(mask=0x0F00, scale=0.00390625), "big", "any").scale == 1


@pytest.mark.parametrize(("kind", "given", "expected"), [("int16", 32768, -32768), ("uint16", -1, 65535)])
def test_a_sentinel_is_what_the_type_shows(kind: str, given: int, expected: int) -> None:
    assert fact_of(raw(type=kind, nan_values=[given]), "big", "any").sentinels == [expected]


def test_limits_are_in_the_points_unit() -> None:
    assert fact_of(raw(access="rw", write_limits=[0, 10], scale=0.1), "big", "any").limits == (0, 10)
    assert fact_of(raw(access="rw", valid_range=[0, 10]), "big", "any").limits == (0, 10)
    assert fact_of(raw(access="rw", valid_range=[0, 10], scale=0.1), "big", "any").limits is None
    assert fact_of(raw(access="rw", write_limits=[0, 70000]), "big", "any").limits is None
    assert fact_of(raw(write_limits=[0, 10]), "big", "any").limits is None


def test_nothing_that_cannot_be_written_is_writable() -> None:
    assert fact_of(raw(access="rw"), "big", "any").writable
    assert not fact_of(raw(access="rw", table="input"), "big", "any").writable


def test_entries_come_from_lines(tmp_path: Path) -> None:
    entry = {
        "id": "a-b", "family": "a", "manufacturer": "A", "models": ["B"], "category": "energy_meter",
        "default_port": 502, "default_unit_id": 3, "word_order": "big", "extractor": "x",
        "source": {"repo": "o/r", "file": "f.go", "licence": "MIT"}, "points": [raw()],
    }  # fmt: skip
    path = tmp_path / "devices.jsonl"
    path.write_text(json.dumps(entry) + "\n")
    (found,) = read_entries(path)
    assert (found.unit, found.origin, found.facts[0].address) == (3, "o/r f.go", 5)


def test_labels_are_labels_and_no_sentences() -> None:
    assert label_of("  off.  ") == "off"
    assert label_of("Error 1: the device was switched off because of another") == "Error 1"
    assert len(label_of("one word after the other without any end in sight at all")) <= 48


def test_no_two_labels_are_alike() -> None:
    assert labels_of({"0": "Off", "1": "off", "2": "on", "x": "no number"}) == {
        0: "Off",
        1: "off (1)",
        2: "on",
    }
