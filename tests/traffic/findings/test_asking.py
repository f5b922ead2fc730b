"""Where searching begins, and what is no searching."""

from __future__ import annotations

import pytest

from tests.traffic.findings.scene import INTRUDER, Scene, found, usual_morning


def codes(scene: Scene, learn_for: float | None = None) -> set[str]:
    return {one.code for one in found(scene, learn_for=learn_for)}


@pytest.mark.parametrize(("silent", "expected"), [(7, set()), (9, {"SCAN.UNITS"})])
def test_units_that_stay_silent_are_a_search_from_eight_on(silent: int, expected: set[str]) -> None:
    scene = Scene()
    line = scene.line(INTRUDER)
    for unit in range(1, silent + 1):
        line.ask("03 0000 0001", unit)
        scene.at += 1.1
    line.ask("03 0000 0001", 100)
    assert codes(scene) == expected


def test_many_units_that_answer_are_none_even_if_all_are_asked_at_once() -> None:
    scene = Scene()
    line = scene.line()
    for unit in range(1, 40):
        line.ask("03 0000 0001", unit)
    for unit in range(1, 40):
        line.answer("03 02 0001", unit)
    scene.at += 5
    for unit in range(1, 40):
        line.read(unit=unit)
    assert "SCAN.UNITS" not in codes(scene)


def test_reading_the_same_blocks_again_is_no_bulk_reading() -> None:
    scene = Scene()
    line = scene.line()
    for _ in range(20):
        for block in range(20):
            line.read(block * 125, 125)
    assert codes(scene) == set()


def test_single_reads_one_after_the_other_are_a_search() -> None:
    scene = Scene()
    line = scene.line(INTRUDER)
    for address in range(300):
        line.read(address)
        scene.at += 0.01
    assert codes(scene) == {"SCAN.ADDRESSES"}


def test_what_was_usual_asks_without_a_finding() -> None:
    scene = Scene()
    one, _ = usual_morning(scene)
    scene.at = 100.0
    one.ask("11").answer("11 03 01 ff 41")
    scene.records.sort(key=lambda record: record[0])
    scene.at = 700.0
    one.ask("11").answer("11 03 01 ff 41")
    sentences = [(one.code, one.count) for one in found(scene, learn_for=600)]
    assert ("RECON.IDENTIFICATION", 1) in sentences


def test_a_stop_and_a_start_are_told_apart() -> None:
    scene = Scene()
    line = scene.line()
    line.ask("5a 01 41 ff00").answer("5a 01 fe").ask("5a 01 40 ff00").answer("5a 01 fe").ask("5a").answer(
        "5a 00"
    )
    assert [
        one.sentence.split(" the ")[0] for one in found(scene) if one.code == "PROGRAMMING.RUN_STATE"
    ] == [
        "10.0.0.1 stops",
        "10.0.0.1 starts",
    ]
