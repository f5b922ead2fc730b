"""The close look: what it counts, what it leaves, and how it ends."""

from __future__ import annotations

from port502.traffic.dissector import Dissector
from port502.traffic.stream import IGNORED
from tests.traffic.wire import Talk, answer, ask


def test_the_end_says_what_was_held_back_and_what_was_not_whole() -> None:
    dissector = Dissector()
    talk = Talk().asks(ask(1)).asks(ask(2)[:8]).skip(4).asks(ask(3))
    assert [one.trans_id for one in dissector.feed(talk.records)] == [1]
    ended = dissector.end()
    assert [(one.trans_id, one.notes) for one in ended] == [
        (2, ("cut: the rest of it was not captured",)),
        (3, ()),
    ]
    assert dissector.end() == []


def test_requests_without_a_response_are_known() -> None:
    dissector = Dissector()
    dissector.feed(Talk().asks(ask(1)).asks(ask(2)).answers(answer(1, 5)).records)
    assert [one.trans_id for one in dissector.unanswered()] == [2]


def test_what_is_no_modbus_is_ignored_in_both_directions_until_it_opens_anew() -> None:
    dissector = Dissector()
    talk = Talk(port=80)
    for _ in range(4):
        talk.asks(b"GET / HTTP/1.1\r\n\r\n")
    dissector.feed(talk.records)
    assert {one.due for one in dissector.conversations.streams.values()} == {IGNORED}
    again = Talk(port=80, opened=True).asks(ask(1))
    assert [one.trans_id for one in dissector.feed(again.records)] == [1]


def test_a_message_in_many_pieces_says_so_and_its_neighbours_do_not() -> None:
    talk = Talk(opened=True).asks(ask(1)[:7]).asks(ask(1)[7:])
    for byte in ask(2):
        talk.asks(bytes([byte]))
    talk.asks(ask(3) + ask(4)[:3]).asks(ask(4)[3:] + ask(5))
    messages = Dissector().feed(talk.records)
    assert [(one.trans_id, one.problems) for one in messages] == [
        (1, ()),
        (2, ("sent in 12 pieces",)),
        (3, ()),
        (4, ()),
        (5, ()),
    ]
