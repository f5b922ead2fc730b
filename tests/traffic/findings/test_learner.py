from __future__ import annotations

import pytest

from port502.traffic.dissector import Dissector
from port502.traffic.findings import learner
from port502.traffic.findings.baseline import Baseline, Who
from port502.traffic.findings.learner import Learner
from tests.traffic.findings.scene import OTHER_PLC, PLC, SCADA, Scene, usual_morning


def learned(scene: Scene) -> Baseline:
    one = Learner()
    for message in Dissector().feed(scene.records):
        one.add(message)
    return one.baseline


def test_a_morning_tells_who_asks_whom_for_what() -> None:
    scene = Scene()
    usual_morning(scene, 2)
    baseline = learned(scene)
    assert set(baseline.conversations) == {Who(SCADA, PLC, 502, 1), Who(SCADA, OTHER_PLC, 502, 1)}
    one = baseline.conversations[Who(SCADA, PLC, 502, 1)]
    assert one.functions == {"3", "6"}
    assert one.reads["holding"].ranges() == [(0, 10), (100, 104)]
    assert one.writes["holding"].ranges() == [(200, 201)]
    usual = one.values["holding", 200]
    assert (usual.least, usual.most, usual.step, usual.writes) == (500, 590, 30, 4)
    assert one.pause == pytest.approx(1.0, abs=0.05)
    assert one.response_time == pytest.approx(0.0005, abs=0.0002)
    assert one.per_second == 3
    assert one.requests == 244
    assert baseline.until - baseline.since > 119_000_000_000


def test_a_sign_of_life_counts() -> None:
    scene = Scene()
    line = scene.line()
    for value in (65533, 65534, 65535, 0, 1, 2):
        line.write(7, value)
    for value in (5, 6, 9, 6):
        line.write(8, value)
    for turn in range(8):
        line.write(9, turn % 2)
    values = learned(scene).conversations[Who(SCADA, PLC, 502, 1)].values
    assert [values["holding", address].counts for address in (7, 8, 9)] == [True, False, False]


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner, "MOST_CONVERSATIONS", 2)
    monkeypatch.setattr(learner, "MOST_PLACES", 1)
    monkeypatch.setattr(learner, "MOST_PAIRS", 1)
    scene = Scene()
    for last in range(2, 6):
        scene.line(server=f"10.0.0.{last}").write(1, 1).write(2, 2)
    baseline = learned(scene)
    assert len(baseline.conversations) == 2
    assert baseline.left_out == 4
    assert sum(len(one.values) for one in baseline.conversations.values()) == 1
