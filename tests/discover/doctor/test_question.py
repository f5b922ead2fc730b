"""What the doctor is asked."""

from __future__ import annotations

from port502.discover.doctor.expect import parse_expected
from port502.discover.doctor.question import DEEP, Pace
from port502.registers.reference import parse_reference
from tests.discover.doctor.cases import question


def test_expected_values_are_reads_too() -> None:
    read, expected = parse_reference("holding:4"), parse_expected("input:0 ~ 7")
    assert question(reads=(read,), expected=(expected,)).asked == (read, expected.reference)


def test_the_usual_pace_has_time_for_arp_and_the_deep_one_for_idleness() -> None:
    assert Pace().connect > 3.1
    assert not Pace().idle
    assert DEEP.deadline > sum(DEEP.idle) * 2
    assert DEEP.samples >= 50
