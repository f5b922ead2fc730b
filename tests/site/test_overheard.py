"""Exchanges in words."""

from __future__ import annotations

import pytest

from port502.protocol.mbap import MbapFraming
from port502.protocol.rtu import RtuFraming
from port502.site.overheard import answer_of, is_wrong, overheard
from port502.site.traffic import Tap

SECOND = 1_000_000_000
READ = bytes.fromhex("0300000002")
ANSWER = bytes.fromhex("030400010002")
REFUSED = bytes.fromhex("8302")


@pytest.fixture
def tap() -> Tap:
    """Three requests at 0, 10 and 30 ms: the first is answered, the second refused, the third still open."""
    times = iter((0, 10, 20, 30, 40))
    made = Tap("tcp://10.0.0.1:502", clock=lambda: next(times) * 1_000_000)
    encode = MbapFraming().encode
    for way, number, pdu in (
        ("sent", 1, READ),
        ("received", 1, ANSWER),
        ("sent", 2, READ),
        ("received", 2, REFUSED),
        ("sent", 3, READ),
    ):
        made.hear(way, encode(number, 7, pdu))  # type: ignore[arg-type]
    made.look()
    return made


def test_each_exchange_is_one_line(tap: Tap) -> None:
    first, second, third = overheard(tap.exchanges, 1.0, SECOND // 2)
    assert (first.number, first.unit, first.asked, first.answered) == (
        1,
        7,
        "read holding registers 0 *2",
        "= 1 2",
    )
    assert (first.time, first.took_ms, first.wrong, first.done) == (0.0, 10.0, False, True)
    assert "exception 2" in second.answered
    assert (second.wrong, second.done) == (True, True)
    assert (third.answered, third.took_ms, third.wrong, third.done) == ("...", None, False, False)


def test_silence_becomes_an_answer_when_patience_ends(tap: Tap) -> None:
    third = tap.exchanges[2]
    assert answer_of(third, 1.0, SECOND) == "..."
    assert not is_wrong(third, 1.0, SECOND)
    assert answer_of(third, 1.0, 2 * SECOND) == "no answer"
    assert is_wrong(third, 1.0, 2 * SECOND)
    assert overheard(tap.exchanges, 1.0, 2 * SECOND)[2].done


def test_who_knows_some_gets_the_rest(tap: Tap) -> None:
    assert [one.number for one in overheard(tap.exchanges, 1.0, SECOND, after=1)] == [2, 3]
    assert overheard(tap.exchanges, 1.0, SECOND, after=3) == []


def test_an_answer_that_nobody_asked_for(tap: Tap) -> None:
    alone = Tap("tcp://10.0.0.1:502", clock=lambda: 5 * SECOND)
    alone.hear("received", MbapFraming().encode(9, 1, ANSWER))
    alone.look()
    (line,) = overheard(alone.exchanges, 1.0, 6 * SECOND)
    assert line.asked == "(not heard)"
    assert line.done


def test_a_broadcast_on_a_serial_line_misses_no_answer() -> None:
    tap = Tap("rtu:///dev/ttyUSB0", clock=lambda: 0)
    encode = RtuFraming("client").encode
    tap.hear("sent", encode(0, 1, READ))
    tap.hear("sent", encode(0, 0, bytes.fromhex("0600010002")))
    asked, told_all = overheard(tap.look(), 1.0, 5 * SECOND)
    assert (asked.answered, asked.wrong) == ("no answer", True)
    assert (told_all.answered, told_all.wrong, told_all.done) == (
        "(to all, which nobody answers)",
        False,
        True,
    )
