"""The checks by hand of each step."""

from __future__ import annotations

from port502.discover.doctor.by_step import STEP_CHECKS, checks_of
from port502.discover.doctor.examine import STAGES
from tests.discover.doctor.cases import evidence


def test_every_step_has_some_and_they_name_the_target() -> None:
    assert set(STEP_CHECKS) == {stage.name for stage in STAGES}
    for stage in STAGES:
        assert checks_of(stage.name, evidence())
    assert checks_of("connect", evidence())[0].linux == "ping -c 3 192.168.1.10"
