"""Which framing it is."""

from __future__ import annotations

import pytest

from port502.traffic.decoding.recognise import recognise, recognise_lines

FRAMES = {
    "0001000000060603006b0003": "mbap",
    "000100000003068302": "mbap",
    "01030000000ac5cd": "rtu",
    "010300000002c40b": "rtu",
    "01030000000ac5cc": "rtu",
    "3a30313033303030303030304146320d0a": "ascii",
    "03006b0003": "pdu",
    "00010000000606030000": "mbap",
}


@pytest.mark.parametrize(("text", "framing"), FRAMES.items())
def test_the_framing_is_found(text: str, framing: str) -> None:
    assert recognise(bytes.fromhex(text))[0].framing == framing


def test_a_whole_frame_scores_higher_than_a_broken_one() -> None:
    whole, broken = (recognise(bytes.fromhex(text))[0] for text in ("01030000000ac5cd", "01030000000ac5cc"))
    assert whole.score == 1.0
    assert broken.score < 0.5


def test_what_else_it_may_be_comes_behind_in_order() -> None:
    """H244."""
    found = recognise(bytes.fromhex("01030000000ac5cc"))
    assert [one.framing for one in found] == ["rtu", "mbap"]
    assert found[0].score > found[1].score


def test_a_framing_that_is_given_is_taken() -> None:
    [found] = recognise(bytes.fromhex("0001000000060603006b0003"), "rtu")
    assert (found.framing, found.score < 0.3) == ("rtu", True)


def test_lines_are_frames_each_or_one_frame_cut() -> None:
    frame = bytes.fromhex("0001000000060603006b0003")
    serial = bytes.fromhex("01030000000ac5cd")
    assert [data for data, _ in recognise_lines([frame[:8], frame[8:]])] == [frame]
    assert [data for data, _ in recognise_lines([frame, frame])] == [frame, frame]
    assert [data for data, _ in recognise_lines([serial, serial])] == [serial, serial]


@pytest.mark.parametrize("data", [b"", b"\0", b":", b"\xff" * 300])
def test_anything_gets_a_candidate(data: bytes) -> None:
    assert recognise(data)[0].score <= 0.5
