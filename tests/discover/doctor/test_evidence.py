"""What was seen, in the order in which it counts."""

from __future__ import annotations

from port502.discover.doctor.evidence import ConnectSeen, Evidence, NameSeen, ReadSeen, Stability
from port502.registers.reference import parse_reference
from port502.transport.probe.attempt import Attempt, Outcome, Place
from tests.discover.doctor.cases import PLACE, evidence, exchange, question

DEAD = Attempt(Place("192.168.1.9", 502), Outcome.TIMEOUT, 3.0)
OPEN = Attempt(PLACE, Outcome.OPEN, 0.001)


def test_the_attempt_that_opened_counts() -> None:
    assert ConnectSeen((DEAD, OPEN)).last is OPEN
    assert ConnectSeen((DEAD,)).last is DEAD
    assert ConnectSeen().last is None
    assert ConnectSeen((DEAD, OPEN)).is_open


def test_the_place_is_known_from_the_name_until_it_is_known_from_the_connection() -> None:
    assert Evidence(question()).place is None
    assert Evidence(question(), name=NameSeen("x", (DEAD.place,))).place == DEAD.place
    assert evidence(name=NameSeen("x", (DEAD.place,))).place == PLACE


def test_every_exchange_with_the_unit_is_in_its_order() -> None:
    one, two, three, four = (exchange(took=took) for took in (1.0, 2.0, 3.0, 4.0))
    read = ReadSeen(parse_reference("holding:0"), three)
    seen = evidence(first=one, again=(two,), reads=(read,), stability=Stability((four,)))
    assert seen.exchanges == (one, two, three, four)
