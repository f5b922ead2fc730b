"""Points as they are written: what fits their table and type, and what overlaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from port502.collect.settings import WriteRule
from port502.registers.point import Point
from port502.site.document import Document
from port502.site.faults import Fault
from port502.site.model import PointEntry
from port502.site.points import Entry, overlaps, point_of, point_settings


def entry(text: str, name: str = "p") -> Entry:
    document = Document(Path("points.yaml"), f"{name}: {{{text}}}\n", {})
    return Entry("pump", name, PointEntry.model_validate(document.data[name]), document, (name,))


def point(text: str, name: str = "p") -> Point:
    found, faults = point_of(entry(text, name))
    assert found is not None, [str(fault) for fault in faults]
    return found


def faults(text: str) -> list[str]:
    return [str(fault) for fault in point_of(entry(text))[1]]


@pytest.mark.parametrize(
    ("text", "kind", "order", "count", "length"),
    [
        ("ref: 40001", "uint16", "abcd", 1, None),
        ("ref: 40001, type: float32", "float32", "abcd", 1, None),
        ("ref: 40001, order: badc", "uint16", "badc", 1, None),
        ("ref: 40001, type: uint32, order: cdab", "uint32", "cdab", 1, None),
        ("ref: 'holding:0*4/float32:cdab'", "float32", "cdab", 4, None),
        ("ref: 'holding:0*4', type: float32", "float32", "abcd", 4, None),
        ("ref: 'holding:0..7', type: float32", "float32", "abcd", 4, None),
        ("ref: 'holding:0..7'", "uint16", "abcd", 8, None),
        ("ref: 40001, type: string, length: 8", "string", "abcd", 1, 8),
        ("ref: 'holding:0/string[8]'", "string", "abcd", 1, 8),
        ("ref: 'holding:0/string[8]', type: string, length: 8", "string", "abcd", 1, 8),
        ("ref: 'holding:0/uint32:cdab', order: cdab", "uint32", "cdab", 1, None),
        ("ref: coil:0", "bool", "abcd", 1, None),
        ("ref: 00005", "bool", "abcd", 1, None),
        ("ref: 10001", "bool", "abcd", 1, None),
    ],
)
def test_type_and_place_come_together(
    text: str, kind: str, order: str, count: int, length: int | None
) -> None:
    found = point(text)
    assert (found.type, found.order, found.count, found.length) == (kind, order, count, length)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("unit: Hz", "1:1 p:", "neither 'ref' nor 'expression'"),
        ("ref: 40001, expression: a", "p.expression", "not both"),
        ("ref: coil:0, type: float32", "p.type", "a single bit"),
        ("ref: coil:0, type: bits", "p.type", "a single bit"),
        ("ref: coil:0, order: cdab", "p.order", "a single bit"),
        ("ref: coil:0, scale: 0.1", "p:", "no scale"),
        ("ref: 40001, type: string", "p.type", "needs its length"),
        ("ref: 40001, type: uint16, length: 2", "p.length", "only a string has a length"),
        ("ref: 40001, type: string, length: 4, scale: 2", "p:", "no scale"),
        ("ref: 'holding:0/float32', type: uint16", "p.type", "contradicts 'ref', where it is 'float32'"),
        ("ref: 'holding:0/float32', order: cdab", "p.order", "contradicts 'ref'"),
        ("ref: 465536, type: float32", "p.type", "beyond the last"),
        ("ref: 'holding:0..2', type: float32", "p.type", ""),
        ("ref: 40001, scale: 0", "p:", "scale"),
        ("ref: 30001, write: {}", "p.write", "only coils and holding registers can be written"),
        ("ref: discrete:1, write: {}", "p.write", "cannot be written"),
        ("ref: coil:1, write: {min: 0}", "p.write", "no 'min' and no 'max'"),
        ("ref: coil:1, deadband: 1", "p.deadband", "no deadband"),
        ("expression: a, ref: 40001", "p.expression", "not both"),
        ("expression: a, type: uint16, scale: 2", "p.scale", "no meaning"),
        ("expression: a, write: {}", "p.write", "no meaning"),
    ],
)
def test_what_does_not_fit_is_said_at_its_key(text: str, place: str, reason: str) -> None:
    assert any(place in one and reason in one for one in faults(text)), faults(text)


def test_a_doubtful_reference_is_a_warning() -> None:
    found, said = point_of(entry("ref: 'holding:40001'"))
    assert found is not None
    assert [fault.severity for fault in said] == ["warning"]
    assert "is holding:0" in said[0].message


def test_meaning_is_handed_on() -> None:
    one = entry(
        "ref: 40101, scale: 0.1, offset: -5, unit: Hz, quantity: speed, deadband: 0.2, stale: 10s, write: {max: 50}"
    )
    found, said = point_of(one)
    assert found is not None
    assert said == []
    assert (found.scale, found.offset, found.unit, found.quantity) == (0.1, -5.0, "Hz", "speed")
    settings = point_settings(one, found, 0.5)
    assert (settings.name, settings.interval, settings.deadband, settings.stale) == ("p", 0.5, 0.2, 10.0)
    assert settings.write == WriteRule(None, 50.0)
    assert one.full_name == "pump.p"


def overlapping(**texts: Any) -> list[Fault]:
    entries = [entry(text, name) for name, text in texts.items()]
    return overlaps([(one, point_of(one)[0]) for one in entries])  # type: ignore[misc]


def test_points_that_share_a_part_of_their_registers_are_doubtful() -> None:
    found = overlapping(a="ref: 40001, type: float32", b="ref: 40002, type: float32")
    assert [fault.severity for fault in found] == ["warning"]
    assert "overlaps the registers of 'a' (holding:0-1)" in str(found[0])
    assert "b.ref" in str(found[0])


def test_the_same_registers_twice_are_doubtful() -> None:
    assert "has the same registers as 'a'" in str(overlapping(a="ref: 40001", b="ref: holding:0")[0])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("ref: 40001, type: float32", "ref: 40003, type: float32"),
        ("ref: 40001", "ref: 30001"),
        ("ref: 40001", "ref: 40001, type: bits"),
        ("ref: 'holding:0*10'", "ref: holding:3"),
        ("ref: coil:0", "ref: discrete:0"),
    ],
)
def test_neighbours_other_tables_and_parts_are_not(a: str, b: str) -> None:
    assert overlapping(a=a, b=b) == []
    assert overlapping(b=b, a=a) == []
