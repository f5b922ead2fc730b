"""What clients asked for, as policies are proposed from it."""

from __future__ import annotations

import pytest

from port502.commission.learned import asked as module
from port502.commission.learned.asked import Asked
from port502.guard.seen import Seen, Tally
from port502.traffic.dissector import Dissector
from tests.commission.learned.seen import polling
from tests.traffic.wire import Talk, adu, ask

READ = Seen("10.0.0.1", None, 1, "3", "holding", 100, 4)
WRITE = Seen("10.0.0.1", None, 1, "6", "holding", 101, 1)


def asked(*talks: Talk, most: int = 1000) -> Asked:
    found = Asked(most)
    found.add(Dissector((1502,)).feed([record for talk in talks for record in talk.records]))
    return found


def test_requests_are_counted_for_each_server() -> None:
    found = asked(polling(), polling(port=1502))
    assert list(found.servers) == [("10.0.0.2", 502), ("10.0.0.2", 1502)]
    seen = found.servers["10.0.0.2", 502].seen
    assert seen[READ] == Tally(5)
    assert seen[WRITE] == Tally(1, 9, 9)
    together = found.together().seen
    assert together[READ] == Tally(10)
    assert together[WRITE] == Tally(2, 9, 9)


def test_what_no_server_understands_is_counted_only() -> None:
    found = asked(Talk(opened=True).asks(ask(1, 5, 0)).asks(adu(2, "10 0000 0002 03 0000 00")))
    assert not found.servers
    assert found.broken == 2


def test_room_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    talk, other = Talk(opened=True), Talk(opened=True, port=1502)
    for number in range(20):
        talk.asks(ask(number, number))
        other.asks(ask(number, number))
    found = asked(talk, other, most=8)
    assert sum(len(one.seen) for one in found.servers.values()) == 8
    assert found.missed == 40 - 8
    assert found.together().missed == 32
