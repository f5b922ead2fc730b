"""Computed points of a site: known names only, and no circle."""

from __future__ import annotations

from pathlib import Path

from port502.site.document import Document
from port502.site.expressions import compiled
from port502.site.model import PointEntry
from port502.site.points import Entry

KNOWN = ["meter.power", "pump.flow", "pump.a", "pump.b", "pump.c", "pump.d"]


def entries(**texts: str) -> list[Entry]:
    body = "".join(f'{name}: {{expression: "{text}"}}\n' for name, text in texts.items())
    document = Document(Path("points.yaml"), body, {})
    return [
        Entry("pump", name, PointEntry.model_validate(document.data[name]), document, (name,))
        for name in texts
    ]


def test_they_are_compiled_by_their_full_names() -> None:
    expressions, faults = compiled(entries(a="meter.power / max(flow, 0.1)", b="a * 2"), KNOWN)
    assert faults == []
    assert expressions["pump.a"].canonical == "meter.power / max(pump.flow, 0.1)"
    assert expressions["pump.b"].names == ("pump.a",)


def test_points_that_are_read_are_passed_over() -> None:
    document = Document(Path("p.yaml"), "a: {ref: 40001}", {})
    read = Entry("pump", "a", PointEntry.model_validate(document.data["a"]), document, ("a",))
    assert compiled([read], KNOWN) == ({}, [])


def test_a_fault_has_its_place_in_the_file_and_in_the_text() -> None:
    _, faults = compiled(entries(a="flow + 1", b="flow + flwo"), KNOWN)
    assert (
        str(faults[0]) == "points.yaml:2:17 b.expression: no point 'flwo' (character 8); did you mean 'flow'?"
    )


def test_what_names_no_point_is_never_computed() -> None:
    _, faults = compiled(entries(a="1 + 1"), KNOWN)
    assert "names no point" in faults[0].message


def test_every_member_of_a_circle_is_a_fault_and_nobody_else() -> None:
    expressions, faults = compiled(entries(a="b + 1", b="c + flow", c="a", d="a + flow"), KNOWN)
    assert sorted(fault.key_path for fault in faults) == ["a.expression", "b.expression", "c.expression"]
    assert all("needs its own value" in fault.message for fault in faults)
    assert "pump.d" in expressions
    _, alone = compiled(entries(a="a + 1"), KNOWN)
    assert "through pump.a" in alone[0].message
