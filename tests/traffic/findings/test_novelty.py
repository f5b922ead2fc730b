"""What is new, compared with what is usual."""

from __future__ import annotations

from port502.traffic.findings.baseline import Baseline
from tests.traffic.findings.scene import INTRUDER, PLC, SCADA, Scene, found, usual_morning


def after(play: object) -> list[tuple[str, str]]:
    scene = Scene()
    one, other = usual_morning(scene)
    scene.at = 601.0
    play(scene, one, other)  # type: ignore[operator]
    return [(one.code, one.sentence) for one in found(scene, learn_for=600)]


def test_a_part_of_what_was_read_is_not_new() -> None:
    assert after(lambda scene, one, other: one.read(3, 5)) == []


def test_a_read_that_goes_beyond_is() -> None:
    assert [code for code, _ in after(lambda scene, one, other: one.read(5, 10))] == ["READ.PLACE"]


def test_another_unit_is_new_too() -> None:
    assert [code for code, _ in after(lambda scene, one, other: one.read(0, 10, unit=9))] == ["READ.PLACE"]


def test_the_write_half_of_function_23_is_a_write() -> None:
    found = after(lambda scene, one, other: other.ask("17 0000 0002 0005 0001 02 0007"))
    assert found == [
        ("WRITE.READER", "10.0.0.1 writes holding:5 on unit 1 of 10.0.0.3:502, which it only read while"
         " the baseline was learned")
    ]  # fmt: skip


def test_a_write_without_an_address_is_known_by_its_function() -> None:
    found = after(lambda scene, one, other: one.ask("15 07 06 0001 0000 0000"))
    assert "WRITE.PLACE" in dict(found)
    assert "by function 21" in dict(found)["WRITE.PLACE"]


def test_an_empty_baseline_makes_everybody_a_stranger() -> None:
    scene = Scene()
    scene.line(INTRUDER).read(0, 10).write(5, 1)
    findings = found(scene, baseline=Baseline())
    assert [(one.code, one.client, one.count) for one in findings] == [
        ("CLIENT.ROGUE", INTRUDER, 2),
        ("WRITE.STRANGER", INTRUDER, 1),
    ]


def test_without_a_baseline_nothing_is_new() -> None:
    scene = Scene()
    scene.line(SCADA, PLC).read(0, 10).write(5, 1)
    scene.line(INTRUDER, PLC).write(5, 1)
    assert found(scene) == []
