from __future__ import annotations

import dataclasses

import pytest

from port502.traffic.findings.detection import Detection
from port502.traffic.findings.severity import Severity


def test_a_detection_needs_a_baseline_only_if_it_says_so_and_cannot_be_changed() -> None:
    one = Detection("A.B", Severity.LOW, "title", "sentence", "sign", "fix")
    assert not one.learned
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.code = "C.D"  # type: ignore[misc]
