"""What happens to a conversation beside its messages."""

from __future__ import annotations

from port502.traffic.dissector import Dissector
from port502.traffic.event import Event
from port502.transport.capture import ACK, FIN, RST, SYN
from tests.traffic.wire import Talk, answer, ask


def events(talk: Talk) -> list[Event]:
    dissector = Dissector()
    dissector.feed(talk.records)
    return list(dissector.events)


def what(talk: Talk) -> list[tuple[int, str, str]]:
    return [(one.frame, one.what, one.way.src) for one in events(talk)]


def test_a_connection_from_its_opening_to_its_end() -> None:
    talk = Talk(opened=True).asks(ask(1)).answers(answer(1, 5))
    talk.segment(b"", flags=FIN | ACK).segment(b"", client=False, flags=FIN | ACK)
    assert what(talk) == [
        (1, "opening", "10.0.0.1"),
        (2, "opened", "10.0.0.2"),
        (5, "closed", "10.0.0.1"),
        (6, "closed", "10.0.0.2"),
    ]


def test_one_that_is_refused_and_one_that_is_reset() -> None:
    refused = Talk().segment(b"", at=999, flags=SYN).segment(b"", client=False, flags=RST | ACK)
    assert what(refused) == [(1, "opening", "10.0.0.1"), (2, "refused", "10.0.0.2")]
    reset = Talk(opened=True).asks(ask(1)).segment(b"", client=False, flags=RST)
    assert what(reset)[-1] == (4, "reset", "10.0.0.2")


def test_bytes_that_are_missing_and_conversations_that_are_encrypted() -> None:
    (lost,) = events(Talk().asks(ask(1)).skip(12).asks(ask(3)))
    assert (lost.what, lost.size, lost.frame) == ("lost", 12, 2)
    hello = bytes.fromhex("16 03 01 00 05 01 00 00 01 00")
    assert what(Talk(port=802).asks(hello)) == [(1, "encrypted", "10.0.0.1")]


def test_an_end_of_what_was_never_seen_says_nothing() -> None:
    assert events(Talk().segment(b"", flags=RST).segment(b"", flags=FIN | ACK)) == []
