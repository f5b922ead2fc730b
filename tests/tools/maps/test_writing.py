"""The text of a map: readable, and understood as it was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.site.map_file import load_map
from tools.maps.facts import Entry, Fact
from tools.maps.families import Place
from tools.maps.fingerprints import rules_of
from tools.maps.merge import merge
from tools.maps.writing import map_text, number, scalar


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain words", "plain words"),
        ("off", '"off"'),
        ("no", '"no"'),
        ("1.5", '"1.5"'),
        ("a: b", '"a: b"'),
        ('say "so"', '"say \\"so\\""'),
        ("B23 ", '"B23 "'),
        ("0x00F0", "0x00F0"),
        ("holding:5", "holding:5"),
        (True, "true"),
        (0.001, "0.001"),
        (5, "5"),
    ],
)
def test_a_value_is_quoted_only_where_it_must_be(value: object, expected: str) -> None:
    assert scalar(value) == expected


def test_numbers_lose_the_noise_of_floating_point() -> None:
    assert number(0.1 + 0.2) == 0.3
    assert isinstance(number(2.0), int)


def test_a_map_is_understood_as_it_was_meant(tmp_path: Path) -> None:
    facts = [
        Fact("voltage_l1", "input", 0, "float32", 2, 1, 0, "V", writable=False, order="cdab"),
        Fact("energy", "input", 2, "uint32", 2, 0.1, 0, "kWh", writable=False, order="cdab"),
        Fact(
            "mode",
            "holding",
            5,
            "uint16",
            1,
            1,
            0,
            "",
            writable=True,
            mask=0xF0,
            enum={0: "off", 1: "on: now"},
        ),
        Fact("limit", "holding", 6, "int16", 1, 0.1, 0, "A", writable=True, limits=(0, 32), sentinels=[-1]),
        Fact("alarms", "holding", 7, "bits", 1, 1, 0, "", writable=False, bits={0: "over voltage", 3: "fan"}),
        Fact("serial", "holding", 8, "string", 4, 1, 0, "", writable=False),
        Fact("relay_1", "coil", 0, "bits", 1, 1, 0, "", writable=True),
    ]
    source = {"repo": "o/r", "file": "f.go", "licence": "MIT"}
    rule = {"kind": "register_equals", "table": "holding", "address": 1, "value": 7, "note": "left out"}
    entry = Entry("a", "a", "A", ["B"], "energy_meter", 502, 3, source, "x", "", "", [rule], facts)
    merged = merge([entry], frozenset({"uint16", "int16", "uint32", "float32", "string"}), meter=True)
    text = map_text(
        Place("a", "b", "A", ("B",)), "energy_meter", "single-source", [entry], merged, ["a: note"]
    )
    assert all(len(line) < 200 for line in text.splitlines())
    path = tmp_path / "b.yaml"
    path.write_text(text)
    device_map = load_map(path)
    assert device_map.order == "cdab"
    assert device_map.default_unit == 3
    assert device_map.notes == ("a: note",)
    assert device_map.provenance[0].source == "o/r f.go"
    assert len(device_map.fingerprint) == 1
    assert device_map.point("mode").point.decode(b"\x00\x10") == "on: now"
    assert device_map.point("alarms").point.decode(b"\x00\x09") == ("over voltage", "fan")
    write = device_map.point("limit").write
    assert write is not None
    assert (write.maximum, write.function) == (32, 6)


def test_rules_that_any_product_would_meet_are_left_out() -> None:
    any_sunspec = {"kind": "sunspec", "marker": "SunS", "bases": [40000]}
    named = {
        "kind": "register_string",
        "table": "holding",
        "address": 40004,
        "length": 16,
        "contains": "Fronius",
    }
    assert rules_of([any_sunspec, named, named]) == [named]
    odd = {"kind": "register_string", "table": "holding", "address": 3, "length": 1, "equals": 4}
    assert rules_of([odd]) == [{"kind": "register_equals", "table": "holding", "address": 3, "value": 4}]
    assert rules_of([{"kind": "register_equals", "table": "holding", "address": 3, "value": "a name"}]) == []
