"""From pieces to explained frames: directions, pairs, places."""

from __future__ import annotations

import pytest

from port502.registers.reference import parse_reference
from port502.traffic.decoding.decoding import Hint, decode
from port502.traffic.hextext.piece import Piece
from tests.traffic.decoding.frames import ANSWERED, ASKED, complaints, explained, one

DIRECTIONS = {
    ASKED: (False, True),
    ANSWERED: (True, True),
    "000100000003068302": (True, True),
    "000100000006060500acff00": (False, False),
    "0001000000060610 00010002": (True, True),
    "000100000002 06 11": (False, True),
    "000100000006 06 01 03cd6b05": (True, False),
}


@pytest.mark.parametrize(("text", "direction"), DIRECTIONS.items())
def test_request_or_response_is_found_and_said_whether_it_is_sure(
    text: str, direction: tuple[bool, bool]
) -> None:
    """H245."""
    found = one(text)
    assert (found.is_response, found.sure) == direction


def test_an_echo_behind_its_request_is_the_response() -> None:
    first, second = explained("000100000006060500acff00\n000100000006060500acff00")
    assert (first.is_response, second.is_response, second.request) == (False, True, first)


@pytest.mark.parametrize(
    ("word", "is_response"), [("Tx", False), ("Rx", True), ("request", False), ("reply", True)]
)
def test_words_of_a_log_decide_where_the_bytes_do_not(word: str, is_response: bool) -> None:
    assert one(f"{word}: 000100000006060500acff00").is_response is is_response


def test_a_hint_decides_everything() -> None:
    assert one(ASKED, Hint(is_response=True)).is_response
    assert one(ASKED, Hint(framing="rtu")).framing == "rtu"


def test_pairs_go_by_id_unit_and_function() -> None:
    def with_id(text: str, number: int) -> str:
        return f"{number:04x}" + text.replace(" ", "")[4:]

    found = explained("\n".join(with_id(ASKED, 1 + at) for at in range(3)) + "\n" + with_id(ANSWERED, 2))
    assert found[3].request is found[1]
    other_unit = ANSWERED.replace("09 06 03", "09 07 03")
    assert explained(f"{ASKED}\n{other_unit}")[1].request is None


def test_repeated_ids_are_paired_in_order() -> None:
    """H246."""
    found = explained("\n".join((ASKED, ASKED, ANSWERED, ANSWERED)))
    assert [one.request.frame if one.request else None for one in found] == [None, None, 1, 2]


def test_places_come_from_the_request_or_from_a_hint() -> None:
    _, answered = explained(f"{ASKED}\n{ANSWERED}")
    assert answered.layout.span is not None
    assert answered.layout.span.address == 107
    lone = one(ANSWERED, Hint(place=parse_reference("40108")))
    assert lone.layout.span == answered.layout.span
    assert one(ANSWERED).layout.span.address is None  # type: ignore[union-attr]


def test_a_response_to_another_request_is_told() -> None:
    found = explained("000100000006 06 06 0001 0003\n000100000006 06 06 0002 0003")
    assert [str(problem) for problem in found[1].problems] == [
        "the response repeats reference num 2, the request has 1: an answer to another request"
    ]


def test_a_response_of_another_quantity_is_told() -> None:
    found = explained(f"{ASKED}\n000100000007 06 03 04 022b0000")
    assert [problem.kind for problem in found[1].problems] == ["byte_count"]


def test_rtu_frames_in_tcp_packets_are_told() -> None:
    [found] = decode([Piece((bytes.fromhex("01030000000ac5cd"),), tcp=True)])
    assert found.framing == "rtu+tcp"
    assert one("000100000006 06 03 006b0003 74 61").framing in ("mbap", "mbap+rtu")


def test_a_wrong_length_does_not_hide_the_message() -> None:
    found = one("000100000003 06 03 006b 0003")
    assert (found.layout.value("word_cnt"), found.problems[0].kind) == (3, "length")


def test_the_reference_taken_for_an_address_is_noted() -> None:
    [note] = one("000100000006 06 03 9cac 0001").notes
    assert note == "holding:40108 is the zero-based address; the reference 40108 is holding:107"


def test_several_frames_in_one_run_count_on() -> None:
    found = explained((ASKED + " " + ANSWERED).replace(" ", ""))
    assert [(each.frame, each.is_response) for each in found] == [(1, False), (2, True)]


def test_an_impossible_quantity_is_told() -> None:
    assert complaints("000100000006 06 03 0000 007e") == [
        "quantity is 126, the function takes 1 to 125 registers"
    ]


@pytest.mark.slow
def test_many_unanswered_requests_do_not_pile_up() -> None:
    """H258."""
    frame = bytes.fromhex(ASKED.replace(" ", ""))
    assert len(decode([Piece((frame * 3000,))])) == 3000


def test_values_that_a_log_prints_are_no_frames() -> None:
    text = f"Tx {ASKED}\nRx {ANSWERED}\n[10, 20, 30]\n[0, 1, 0, 0, 0, 3, 6, 131, 2]"
    assert [(each.function, each.exception) for each in explained(text)] == [(3, None), (3, None), (3, 2)]
    assert len(explained("[10, 20, 30]")) == 1


def test_an_adapter_that_hears_itself_is_found() -> None:
    text = "Tx: 01 03 00 00 00 0A C5 CD\nRx: 01 03 00 00 00 0A C5 CD\nRx: 01 83 02 C0 F1"
    sent, echo, answer = explained(text)
    assert [problem.kind for problem in echo.problems] == ["local_echo"]
    assert (sent.problems, answer.problems, answer.is_response) == ((), (), True)


def test_a_response_of_another_id_or_unit_is_noted() -> None:
    late = explained(f"{ASKED}\n{ANSWERED.replace('00 01', '00 00', 1)}")[1]
    assert late.request is None
    assert late.notes[0].startswith("its transaction id is 0, frame 1 asked with 1: a late answer")
    other = explained(f"{ASKED}\n{ANSWERED.replace('09 06 03', '09 07 03')}")[1]
    assert other.notes == ("unit 7 answers, frame 1 asked unit 6",)


def test_bytes_that_are_no_modbus_are_named() -> None:
    assert (
        complaints("474554202f20485454502f312e310d0a0d0a")[0]
        == "no framing fits these bytes: looks like HTTP"
    )
    assert (
        complaints("16030100c8010000c40303")[0] == "no framing fits these bytes: looks like a TLS handshake"
    )
    assert complaints("ff ff ff ff ff")[0] == "no framing fits these bytes: no Modbus, or bytes are missing"
