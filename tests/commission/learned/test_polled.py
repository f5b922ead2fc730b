"""What clients read again and again, and how often."""

from __future__ import annotations

import pytest

from port502.commission.learned.polled import (
    SELDOM,
    Block,
    blocks_of,
    is_answered,
    is_read,
    pace_of,
    paces,
    rounded,
)
from port502.registers.reference import Table
from port502.traffic.flows import Flow, Flows
from tests.commission.learned.seen import observed, polling
from tests.traffic.files import messages_of
from tests.traffic.wire import Talk, ask


def flows(talk: Talk) -> list[Flow]:
    return observed(*talk.records).flows.sorted()


def test_blocks_that_gave_values() -> None:
    assert blocks_of(flows(polling())) == [Block(Table.HOLDING, 100, 4, 1.0, 5)]
    assert str(Block(Table.HOLDING, 100, 4, 1.0, 5)) == "holding:100*4"
    assert str(Block(Table.COIL, 3, 1, 1.0, 5)) == "coil:3"


def test_what_was_read_once_has_no_interval_yet() -> None:
    assert blocks_of(flows(polling(1)))[0].interval == 0
    assert paces([Block(Table.HOLDING, 0, 1, 0.0, 1)])[Table.HOLDING] == {0: SELDOM}


def test_without_answers_there_are_blocks_only_if_nobody_was_heard() -> None:
    talk = (
        Talk(opened=True).asks(ask(1, 5, 2)).asks(ask(2, 5, 0)).asks(ask(3, 0xFFFF, 2)).asks(ask(4, 0, 126))
    )
    assert blocks_of(flows(talk)) == []
    assert [str(one) for one in blocks_of(flows(talk), one_sided=True)] == ["holding:5*2"]
    assert [is_read(flow) for flow in flows(talk)].count(True) == 1
    assert not any(is_answered(flow) for flow in flows(talk))


def test_the_fastest_client_counts() -> None:
    fast, slow = Block(Table.HOLDING, 0, 4, 1.0, 9), Block(Table.HOLDING, 2, 4, 5.0, 9)
    assert paces([slow, fast])[Table.HOLDING] == {0: 1, 1: 1, 2: 1, 3: 1, 4: 5, 5: 5}


@pytest.mark.parametrize(
    ("seconds", "interval"),
    [(1.003, 1), (0.96, 1), (9.8, 10), (0.0001, 0.05), (0.44, 0.44), (7.123, 7.1), (1e9, 86_400), (33.3, 33)],
)
def test_intervals_are_rounded_as_people_set_them(seconds: float, interval: float) -> None:
    assert rounded(seconds) == interval


def test_a_burst_does_not_make_it_fast_nor_a_pause_slow() -> None:
    burst, paused = Flows(), Flows()
    asked, moment = Talk(opened=True), 0
    for number in range(10):
        asked.time = moment + number * 1_000_000_000
        asked.asks(ask(2 * number, 0)).asks(ask(2 * number + 1, 0))
    burst.add(messages_of(asked))
    assert pace_of(burst.sorted()[0]) == pytest.approx(0.474, abs=0.03)
    asked = Talk(opened=True)
    for number in range(10):
        asked.time = number * 1_000_000_000 + (86_400_000_000_000 if number > 5 else 0)
        asked.asks(ask(number, 0))
    paused.add(messages_of(asked))
    assert pace_of(paused.sorted()[0]) == pytest.approx(1.0, abs=0.03)
