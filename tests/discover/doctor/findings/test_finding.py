"""What a finding is."""

from __future__ import annotations

from port502.discover.doctor.findings import Confidence, Finding, Level


def test_a_finding_is_a_fault_unless_it_says_otherwise() -> None:
    assert Finding("X.Y", "t", "s", "p", "f").level is Level.FAULT


def test_the_words_are_those_of_the_reports() -> None:
    assert [str(one) for one in Confidence] == ["sure", "likely", "possible"]
    assert [str(one) for one in Level] == ["fault", "notice", "fine"]
