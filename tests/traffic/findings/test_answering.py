"""Refusals and answers that do not fit, and how many of them it takes."""

from __future__ import annotations

import pytest

from tests.traffic.findings.scene import Scene, found, usual_morning


def codes(scene: Scene) -> set[str]:
    return {one.code for one in found(scene)}


@pytest.mark.parametrize(("times", "expected"), [(19, set()), (20, {"TROUBLE.EXCEPTIONS"})])
def test_refusals_are_a_storm_from_twenty_in_a_minute_on(times: int, expected: set[str]) -> None:
    scene = Scene()
    line = scene.line().read()
    for _ in range(times):
        line.ask("03 0000 0001").answer("83 06")
        scene.at += 1
    assert codes(scene) == expected


def test_a_refusal_now_and_then_is_none() -> None:
    scene = Scene()
    line = scene.line().read()
    for _ in range(100):
        line.ask("03 0000 0001").answer("83 06")
        scene.at += 10
    assert codes(scene) == set()


def test_the_same_wrong_address_again_is_no_search() -> None:
    scene = Scene()
    line = scene.line().read()
    for _ in range(12):
        line.ask("03 1000 0001").answer("83 02")
        scene.at += 1
    assert codes(scene) == set()


def test_an_answer_to_what_was_asked_before_the_recording_is_not_unasked() -> None:
    scene = Scene()
    line = scene.line(opened=False)
    line.ask("03 0000 0001")
    line._number = 77
    line.answer("03 02 0001")
    assert codes(scene) == set()
    scene.at += 10
    line.answer("03 02 0001")
    assert codes(scene) == {"RESPONSE.UNSOLICITED"}


def test_a_second_answer_to_one_request_is_unasked() -> None:
    scene = Scene()
    scene.line().read().answer("03 02 0001")
    (one,) = found(scene)
    assert one.code == "RESPONSE.UNSOLICITED"
    assert one.frames == [5]


def test_nothing_is_said_of_answers_where_bytes_were_lost() -> None:
    scene = Scene()
    line = scene.line().read()
    line._sent[True] += 12  # a request that the capture does not show
    line._number = 9
    line.answer("03 02 0001").read()
    assert codes(scene) == set()


@pytest.mark.parametrize(
    ("asked", "answered", "said"),
    [
        ("03 0000 0002", "03 02 0001", "reply to read holding registers"),
        ("05 0001 ff00", "05 0001 0000", "reply to write single coil"),
        ("10 0001 0001 02 0007", "10 0001 0002", "reply to write multiple registers"),
        ("03 0000 0001", "04 02 0001", "another unit or function"),
    ],
)
def test_what_does_not_fit_is_said(asked: str, answered: str, said: str) -> None:
    scene = Scene()
    scene.line().ask(asked).answer(answered)
    (one,) = [one for one in found(scene) if one.code == "RESPONSE.MISMATCH"]
    assert said in one.sentence


def test_a_single_slow_answer_is_no_finding() -> None:
    scene = Scene()
    one, _ = usual_morning(scene)
    for _ in range(20):
        one.ask("03 0000 000a")
        scene.at += 0.5
        one.answer("03 14" + " 0001" * 10).read(100, 4)
    assert [one.code for one in found(scene, learn_for=600)] == []
