"""Values that are written: which are usual, and which are not."""

from __future__ import annotations

import pytest

from port502.traffic.findings import written
from tests.traffic.findings.scene import Scene, found, usual_morning


@pytest.mark.parametrize(
    ("value", "expected"), [(500, []), (612, []), (613, ["VALUE.RANGE"]), (477, ["VALUE.RANGE"])]
)
def test_a_value_is_usual_within_a_fourth_of_the_span(value: int, expected: list[str]) -> None:
    scene = Scene()
    one, _ = usual_morning(scene)
    scene.at = 601.0
    one.write(200, 545).write(200, value)
    assert [one.code for one in found(scene, learn_for=600)] == expected


def test_each_register_of_a_long_write_is_looked_at() -> None:
    scene = Scene()
    line = scene.line()
    for second in range(600):
        scene.at = float(second)
        line.ask(f"10 0000 0003 06 0001 0002 {second % 50:04x}").answer("10 0000 0003")
    scene.at = 601.0
    line.ask("10 0000 0003 06 0001 0003 0030").answer("10 0000 0003")
    (one,) = found(scene, learn_for=600)
    assert one.sentence.startswith("10.0.0.1 writes 3 to holding:1 on unit 1")
    assert "2 to 2 is usual" in one.sentence


def test_a_sign_of_life_may_count_on() -> None:
    scene = Scene()
    line = scene.line()
    for second in range(1200):
        scene.at = float(second)
        line.write(7, second)
    assert found(scene, learn_for=600) == []


@pytest.mark.parametrize(("pause", "expected"), [(0.3, ["VALUE.TOGGLING"]), (1.0, [])])
def test_to_and_fro_counts_within_ten_seconds(pause: float, expected: list[str]) -> None:
    scene = Scene()
    line = scene.line()
    for turn in range(60):
        line.write(7, turn % 2)
        scene.at += pause
    assert [one.code for one in found(scene)] == expected


def test_a_ramp_is_no_toggling() -> None:
    scene = Scene()
    line = scene.line()
    for value in range(200):
        line.write(7, value)
    assert found(scene) == []


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "MOST_PLACES", 1)
    scene = Scene()
    line = scene.line()
    for turn in range(60):
        line.write(7, turn % 2).write(8, turn % 2)
    assert found(scene) == []
