"""Which request a response answers."""

from __future__ import annotations

from port502.traffic.message import Message
from port502.traffic.pairing import MOST, MOST_ALIKE, answered, asked, unanswered
from port502.traffic.stream import Pending
from port502.traffic.way import Way
from tests.traffic.wire import MS, adu, answer, ask

THERE, BACK = Way(), Way(asks=False)


def played(*events: tuple[int, bytes]) -> list[tuple[int, int | None]]:
    """Messages at their milliseconds, requests and responses told apart by their length: frame, request's frame."""
    pending: Pending = {}
    paired = []
    for frame, (moment, data) in enumerate(events, 1):
        asks = len(data) == 12
        message = Message(frame, moment * MS, THERE if asks else BACK, data)
        (asked if asks else answered)(pending, message.trans_id or 0, message)
        if not asks:
            paired.append((frame, message.request_frame))
    return paired


def test_by_id_in_any_order() -> None:
    assert played((0, ask(1)), (1, ask(2)), (2, answer(2, 5)), (3, answer(1, 5))) == [(3, 2), (4, 1)]


def test_several_under_way_with_one_id_are_answered_in_order() -> None:
    assert played((0, ask(0)), (1, ask(0)), (2, answer(0, 5)), (3, answer(0, 5))) == [(3, 1), (4, 2)]


def test_several_under_way_with_one_id_are_told_apart_by_what_they_asked_for() -> None:
    assert played((0, ask(0, 0, 1)), (1, ask(0, 0, 2)), (2, answer(0, 5, 6)), (3, answer(0, 5))) == [
        (3, 2),
        (4, 1),
    ]
    assert played((0, ask(0, unit=1)), (1, ask(0, unit=2)), (2, answer(0, 5, unit=2))) == [(3, 2)]


def test_one_that_was_given_up_is_not_answered_instead_of_its_repetition() -> None:
    assert played((0, ask(0)), (1000, ask(0)), (1001, answer(0, 5))) == [(3, 2)]


def test_a_late_answer_is_known_by_what_it_carries() -> None:
    assert played((0, ask(0, 0, 2)), (1000, ask(0, 0, 1)), (1001, answer(0, 5, 6)), (1002, answer(0, 7))) == [
        (3, 1),
        (4, 2),
    ]


def test_nobody_asked_for_it() -> None:
    assert played((0, ask(1)), (1, answer(2, 5))) == [(2, None)]


def test_an_answer_to_something_else_is_told_and_the_true_one_may_still_come() -> None:
    pending: Pending = {}
    asked(pending, 1, Message(1, 0, THERE, ask(1)))
    wrong = Message(2, 1, BACK, adu(1, "04 02 0005"))
    answered(pending, 1, wrong)
    assert wrong.request is None
    assert wrong.notes == ("its request asked for another unit or function (frame 1)",)
    right = Message(3, 2, BACK, answer(1, 5))
    answered(pending, 1, right)
    assert right.request_frame == 1


def test_a_refusal_answers_its_function() -> None:
    assert played((0, ask(1)), (1, adu(1, "83 02"))) == [(2, 1)]


def test_requests_that_wait_are_bounded() -> None:
    pending: Pending = {}
    for number in range(1000):
        asked(pending, number, Message(number, 0, THERE, ask(number)))
    assert len(unanswered(pending)) == MOST
    for number in range(1000):
        asked(pending, 7, Message(number, 0, THERE, ask(7)))
    assert len(unanswered({7: pending[7]})) == MOST_ALIKE
