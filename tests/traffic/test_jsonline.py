"""Messages as lines of JSON: the quick way says what the record says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.jsonline import JsonLine
from port502.traffic.message import Message
from port502.traffic.record import record_of
from port502.traffic.way import Way
from tests.traffic.files import messages_of, polling
from tests.traffic.wire import Talk, adu, answer, ask

THERE, BACK = Way("10.0.0.1", 5, "10.0.0.2", 502), Way("10.0.0.2", 502, "10.0.0.1", 5, asks=False)


def same(message: Message) -> None:
    line = JsonLine()(message)
    assert json.loads(line) == record_of(message)
    assert list(json.loads(line)) == list(record_of(message))
    assert line.isascii()


@pytest.mark.parametrize("number", range(13))
def test_the_line_is_the_record(number: int) -> None:
    same(messages_of(polling())[number])


def test_what_is_not_in_order_is_told_in_full() -> None:
    talk = (
        Talk(opened=True)
        .asks(ask(1, 0, 0))
        .asks(ask(2, 65535, 2))
        .asks(ask(3, 0, 126))
        .asks(b"GET / HTTP/1.1")
    )
    talk.answers(answer(1, 5)).asks(ask(4, 0, 2)).answers(answer(4, 5))
    messages = messages_of(talk)
    for message in messages:
        same(message)
    assert ["problems" in record_of(one) for one in messages] == [True, True, True, True, False, False, True]


def test_files_are_named() -> None:
    line = JsonLine(lambda frame: ("b\x1b.pcap", frame))(messages_of(polling())[0])
    assert json.loads(line)["file"] == "b\x1b.pcap"
    assert line.isprintable()


@given(st.binary(max_size=20), st.booleans(), st.none() | st.integers(0, 130))
def test_the_line_is_the_record_of_any_bytes(data: bytes, asks: bool, asked: int | None) -> None:
    request = None if asked is None else Message(1, 0, THERE, ask(1, 7, asked))
    for function in (1, 3, 4):
        body = adu(1, f"{function:02x}{data.hex()}")
        same(Message(2, 1_500_000, THERE if asks else BACK, body, None if asks else request))


@given(st.lists(st.integers(0, 65535), max_size=126), st.integers(0, 126))
def test_the_line_is_the_record_of_any_answer(values: list[int], count: int) -> None:
    same(Message(2, 7, BACK, answer(1, *values), Message(1, 0, THERE, ask(1, 7, count))))
