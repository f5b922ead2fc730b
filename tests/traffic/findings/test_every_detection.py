"""Each detection is triggered by a capture made for it, and by nothing else in it (A16)."""

from __future__ import annotations

import pytest

from port502.traffic.findings.table import DETECTIONS
from tests.traffic.findings.attacks import ATTACKS, LEARNED
from tests.traffic.findings.scene import Scene, found


def test_there_is_a_capture_for_every_detection() -> None:
    assert set(ATTACKS) == set(DETECTIONS)


@pytest.mark.parametrize("code", DETECTIONS)
def test_the_capture_shows_it_with_its_evidence_and_nothing_else(code: str) -> None:
    attack, scene = ATTACKS[code], Scene()
    attack.play(scene)
    findings = found(scene, learn_for=LEARNED if DETECTIONS[code].learned else None)
    codes = {one.code for one in findings}
    assert codes == {code} | attack.also
    for one in findings:
        assert "{" not in one.sentence + one.fix
        assert "None" not in one.sentence
        assert one.count >= 1
        assert one.first <= one.last
        assert one.frames == sorted(set(one.frames))
        assert all(0 < frame <= len(scene.records) for frame in one.frames)
        assert one.frames or code == "TROUBLE.MISSING"
