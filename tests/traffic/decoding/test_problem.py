"""Faults of a frame."""

from __future__ import annotations

from port502.traffic.decoding.problem import Problem, number_of


def test_a_fault_says_what_is_wrong_and_then_why() -> None:
    assert str(Problem("crc", "CRC is a, expected b", "noise")) == "CRC is a, expected b: noise"
    assert str(Problem("crc", "CRC is a, expected b")) == "CRC is a, expected b"


def test_only_some_faults_speak_against_the_reading() -> None:
    assert Problem("byte_count", "").is_structural
    assert not Problem("quantity", "").is_structural


def test_one_is_not_several() -> None:
    assert (number_of(1, "byte"), number_of(2, "byte")) == ("1 byte", "2 bytes")
