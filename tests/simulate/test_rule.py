"""Which requests a fault strikes, how often, and when."""

from __future__ import annotations

from typing import Any

import pytest

from port502.errors import UsageError
from port502.protocol.bit_access import ReadCoilsRequest, WriteSingleCoilRequest
from port502.protocol.diagnostics import ReportServerIdRequest
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
)
from port502.service.access import Networks
from port502.service.call import Session
from port502.simulate.effects import AcceptClose, Silent
from port502.simulate.rule import Armed, Rule, When, touched
from tests.simulate.faulty import call


def concerns(request: Any, *, unit: int = 1, host: str = "127.0.0.9", **when: Any) -> bool:
    return When(**when).concerns(call(request, unit=unit, session=Session(host, 1, "tcp")))


def test_a_rule_without_conditions_concerns_everything() -> None:
    assert concerns(ReportServerIdRequest())
    assert concerns(ReadCoilsRequest(0, 1))


def test_clients() -> None:
    asked = ReadCoilsRequest(0, 1)
    assert concerns(asked, clients=Networks(["127.0.0.9"]))
    assert not concerns(asked, clients=Networks(["127.0.0.8", "10.0.0.0/8"]))


def test_units_and_functions() -> None:
    asked = ReadHoldingRegistersRequest(100, 11)
    assert concerns(asked, unit=5, units=frozenset({5}), functions=frozenset({3}))
    assert not concerns(asked, unit=4, units=frozenset({5}))
    assert not concerns(asked, functions=frozenset({4}))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (ReadHoldingRegistersRequest(90, 10), False),
        (ReadHoldingRegistersRequest(90, 11), True),
        (ReadHoldingRegistersRequest(110, 5), True),
        (ReadHoldingRegistersRequest(111, 5), False),
        (WriteSingleCoilRequest(105, True), True),
        (WriteMultipleRegistersRequest.from_registers(99, [1, 2]), True),
        (ReadWriteMultipleRegistersRequest.from_registers(0, 1, 100, [1]), True),
        (ReadWriteMultipleRegistersRequest.from_registers(0, 1, 98, [1]), False),
        (ReportServerIdRequest(), False),
    ],
)
def test_one_address_in_common_is_enough(request_: Any, expected: bool) -> None:
    assert concerns(request_, addresses=range(100, 111)) is expected


def test_or_the_first_address_alone() -> None:
    asked = ReadHoldingRegistersRequest(99, 5)
    assert concerns(asked, addresses=range(100, 111))
    assert not concerns(asked, addresses=range(100, 111), begins=True)
    assert concerns(asked, addresses=range(99, 100), begins=True)


def test_quantities() -> None:
    assert concerns(ReadHoldingRegistersRequest(0, 65), quantity=range(65, 126))
    assert not concerns(ReadHoldingRegistersRequest(0, 64), quantity=range(65, 126))


def test_pipelined_requests_are_those_that_come_while_another_waits() -> None:
    when = When(pipelined=True)
    assert when.concerns(call(), busy=True)
    assert not when.concerns(call(), busy=False)


def test_what_a_request_touches() -> None:
    assert touched(ReadWriteMultipleRegistersRequest.from_registers(5, 2, 9, [1])) == [
        range(5, 7),
        range(9, 10),
    ]
    assert touched(ReportServerIdRequest()) == []


def struck(elapsed: list[float], **when: Any) -> list[bool]:
    armed = Armed(Rule(Silent(), When(**when)), 1)
    return [armed.strikes(call(), moment) for moment in elapsed]


def test_every_nth_request_is_struck() -> None:
    assert struck([0.0] * 7, nth=3) == [False, False, True, False, False, True, False]


def test_at_most_so_many_times() -> None:
    assert struck([0.0] * 4, times=2) == [True, True, False, False]


def test_from_and_for() -> None:
    assert struck([29.9, 30.0, 49.9, 50.0], start=30.0, duration=20.0) == [False, True, True, False]
    assert struck([1e9], start=30.0) == [True]


def test_again_every_so_often() -> None:
    assert struck([4.0, 5.0, 6.9, 7.0, 15.5, 17.0], start=5.0, duration=2.0, every=10.0) == [
        False,
        True,
        True,
        False,
        True,
        False,
    ]


def test_chance_is_counted_and_repeats_itself() -> None:
    first, second = (Armed(Rule(Silent(), When(probability=0.1)), 5) for _ in range(2))
    hits = [first.strikes(call(), 0.0) for _ in range(5000)]
    assert hits == [second.strikes(call(), 0.0) for _ in range(5000)]
    assert first.hits == sum(hits)
    assert 400 < first.hits < 600


def test_connections_are_struck_while_the_rule_is_on() -> None:
    armed = Armed(Rule(AcceptClose(), When(clients=Networks(["127.0.0.9"]), start=1.0)), 1)
    assert armed.rule.on_connections
    assert not armed.strikes_client("127.0.0.9", 0.5)
    assert armed.strikes_client("127.0.0.9", 1.5)
    assert not armed.strikes_client("127.0.0.8", 1.5)
    assert armed.hits == 0


@pytest.mark.parametrize(
    "when",
    [{"probability": 1.1}, {"nth": 0}, {"every": 5.0}, {"every": 5.0, "duration": 6.0}],
)
def test_what_makes_no_sense_is_refused(when: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        When(**when)
