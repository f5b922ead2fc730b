"""What a capture comes to."""

from __future__ import annotations

from port502.traffic.statistics import Statistics
from tests.traffic.files import messages_of, polling
from tests.traffic.wire import Talk, answer, ask


def counted(talk: Talk) -> Statistics:
    made = Statistics()
    made.add(messages_of(talk))
    made.settle()
    return made


def test_functions_and_pairs() -> None:
    made = counted(polling())
    assert (made.messages, made.matched, made.no_modbus) == (13, 6, 0)
    read = made.functions[3]
    assert (read.requests, read.responses, dict(read.exceptions)) == (4, 3, {2: 1})
    assert sorted(made.functions) == [1, 3, 6]
    ((pair, tally),) = made.pairs.items()
    assert pair == ("10.0.0.1", "10.0.0.2", 502)
    assert (tally.requests, tally.responses, tally.units) == (7, 6, {1})
    assert made.seconds == 0.012


def test_rtu_and_junk() -> None:
    talk = Talk(opened=True).asks(b"GET / HTTP/1.1\r\n").asks(ask(1)).answers(answer(1, 5))
    made = counted(talk)
    assert (made.messages, made.no_modbus, made.faulty) == (3, 1, 1)
    assert made.functions[3].requests == 1
    rtu = counted(Talk().asks(bytes.fromhex("11 03 006b 0003 7687")))
    assert rtu.functions[3].requests == 1
    assert next(iter(rtu.pairs.values())).units == {0x11}


def test_what_is_not_as_it_should_be_is_counted() -> None:
    talk = Talk().asks(ask(1, 0, 0)).asks(ask(2)).answers(answer(2, 5, 6)).asks(ask(3)).answers(answer(3, 7))
    assert counted(talk).faulty == 2


def test_nothing_comes_to_nothing() -> None:
    made = Statistics()
    made.add([])
    made.settle()
    assert (made.first, made.seconds, made.functions) == (None, 0, {})
