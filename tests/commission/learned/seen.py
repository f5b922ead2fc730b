"""Traffic for the tests of learning: conversations, and what an observer and a lesson make of them."""

from __future__ import annotations

from port502.commission.learned.lesson import Lesson, learn
from port502.commission.learned.likely import Likely
from port502.commission.learned.observer import Observer
from port502.traffic.dissector import Dissector
from port502.traffic.pcap import Record
from port502.transport.url import parse_url
from tests.traffic.wire import Talk, adu, answer, ask

REPLAY_AT = parse_url("tcp://127.0.0.1:15020")
LIKELY = Likely()


def polling(rounds: int = 5, unit: int = 1, port: int = 502) -> Talk:
    """A client that reads four registers each second, of which the last moves, writes one and is refused one."""
    talk = Talk(port=port, opened=True)
    for turn in range(rounds):
        talk.time = talk.time - talk.time % 1000_000_000 + 1000_000_000
        talk.asks(ask(turn, 100, 4, unit)).answers(answer(turn, 1, 2, 3, 40 + turn // 2, unit=unit))
    talk.asks(adu(901, "06 0065 0009", unit)).answers(adu(901, "06 0065 0009", unit))
    talk.asks(ask(902, 999, 1, unit)).answers(adu(902, "83 02", unit))
    return talk


def observed(*records: Record) -> Observer:
    """What an observer keeps of packets."""
    dissector, observer = Dissector((1502, 5020)), Observer()
    observer.add(dissector.feed(records))
    observer.add(dissector.end())
    return observer


def lesson(*records: Record) -> Lesson:
    """What packets teach."""
    return learn(observed(*records), ["plant.pcap"], REPLAY_AT, LIKELY)
