"""Frames that lie, texts that are none, and bytes that fit several framings: findings, never errors (H240-H251)."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.mbap import MbapFraming
from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.decoding import decode
from port502.traffic.hextext.piece import Piece
from port502.traffic.hextext.read import read_text


def explained(text: str) -> list[Decoded]:
    return decode(read_text(text))


def framed(pdu: bytes) -> Decoded:
    [found] = decode([Piece((MbapFraming().encode(1, 1, pdu),))])
    return found


@pytest.mark.parametrize("length", [0, 255])
@pytest.mark.parametrize("function", [0x14, 0x15, 0x18, 0x2B])
def test_h240_inner_lengths_of_0_and_255_are_found_and_passed_over(function: int, length: int) -> None:
    found = framed(bytes((function, 14 if function == 0x2B else length, *[length] * 60)))
    assert found.problems
    assert sum(field.size for field in found.fields) == len(found.raw)


def test_h241_an_odd_byte_count_is_found_and_the_whole_registers_are_shown() -> None:
    found = framed(bytes.fromhex("0305 022b 0064 00"))
    assert "byte count is 5, and registers are 2 bytes each" in [problem.text for problem in found.problems]
    assert found.layout.data == bytes.fromhex("022b0064")


def test_h242_a_byte_count_against_the_length_is_told_with_both_numbers() -> None:
    _, found = explained("000100000006 01 03 006b0003\n000100000005 01 03 06 022b")
    assert [problem.text for problem in found.problems] == ["byte count says 6, there are 2"]


@pytest.mark.parametrize(
    "text",
    [
        r"b'\x00\x01\x00\x00\x00\x06\x06\x03\x00k\x00\x03'",
        "[00][01][00][00][00][06][06][03][00][6B][00][03]",
        "<00><01><00><00><00><06><06><03><00><6B><00><03>",
        "0x00 0x01 0x00 0x00 0x00 0x06 0x06 0x03 0x00 0x6b 0x00 0x03",
        "can0  123   [12]  00 01 00 00 00 06 06 03 00 6B 00 03",
        "waiting\n00 01 00 00 00 06 06 03 00 6B 00 03\ndone",
    ],
)
def test_h243_bytes_are_read_in_any_spelling(text: str) -> None:
    assert [found.layout.value("reference_num") for found in explained(text)] == [107]


@pytest.mark.parametrize(("text", "column"), [("00 01 0", None), ("00 01 0z 03", 7), ("000", 1)])
def test_h243_what_cannot_be_read_is_refused_with_its_column(text: str, column: int | None) -> None:
    if column is None:
        assert explained(text)[0].raw == b"\0\1\0"
        return
    with pytest.raises(UsageError, match=f"column {column}"):
        explained(text)


def test_h244_bytes_that_fit_several_framings_have_their_candidates_with_scores() -> None:
    [found] = explained("01 03 00 00 00 0A C5 CC")
    assert (found.framing, [framing for framing, _ in found.others]) == ("rtu", ["mbap"])
    assert found.score > found.others[0][1]


def test_h245_a_direction_that_was_inferred_is_marked() -> None:
    asked, answered = explained("000100000006060500acff00\n000100000006060500acff00")
    assert (asked.is_response, answered.is_response) == (False, True)
    assert not asked.sure
    assert not answered.sure


def test_h246_constant_ids_are_paired_by_order_and_content() -> None:
    found = explained(
        "0000 0000 0006 01 03 0000 0001\n0000 0000 0006 01 04 0000 0001\n"
        "0000 0000 0005 01 04 02 0007\n0000 0000 0005 01 03 02 0008"
    )
    assert [one.request.frame if one.request else None for one in found] == [None, None, 2, 1]


def test_h250_a_message_of_261_bytes_is_flagged_and_decoded() -> None:
    data = bytes.fromhex("0001 0000 00ff 01 5a") + bytes(253)
    [found] = decode([Piece((data,))])
    assert (found.function, len(found.pdu)) == (90, 254)
    assert [problem.text for problem in found.problems] == ["length is 255, a message has 2 to 254"]


def test_h251_an_exception_behind_another_protocol_id_is_told() -> None:
    [found] = explained("0001 1234 0003 01 83 02")
    assert any(problem.text == "protocol id is 0x1234 instead of 0" for problem in found.problems)
