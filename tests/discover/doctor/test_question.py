"""What the doctor is asked."""

from __future__ import annotations

import pytest

from port502.discover.doctor.expect import parse_expected
from port502.discover.doctor.question import DEEP, Pace, parse_read
from port502.errors import UsageError
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


def test_a_read_is_what_one_request_can_read() -> None:
    assert parse_read("holding:4*125").span == 125
    assert parse_read("coil:0*2000").span == 2000
    for text in ("holding:4*126", "coil:0*2001"):
        with pytest.raises(UsageError, match="one request reads at most"):
            parse_read(text)
