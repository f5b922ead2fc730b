"""Which finding counts."""

from __future__ import annotations

from port502.discover.doctor.evidence import ConnectSeen, DeepSeen, Evidence, OpeningSeen, Stability
from port502.discover.doctor.judge.verdict import is_settled, judge
from port502.transport.probe.attempt import Outcome
from tests.discover.doctor.cases import attempted, evidence, exchange, question, refused


def test_a_fault_counts_more_than_a_notice_whatever_their_order() -> None:
    units = (exchange(unit=201), exchange(unit=247))
    steady = Stability((exchange(), refused(6)), (0.01,))
    verdict = judge(evidence(first=exchange(), units=units, stability=steady))
    assert verdict.main.code == "MB.BUSY"
    assert [one.code for one in verdict.further] == ["MB.ANY_UNIT"]


def test_a_sure_fault_counts_more_than_a_likely_one_that_comes_before() -> None:
    steady = Stability((exchange(),), (0.01,), "connection closed")
    deep = DeepSeen(idle_waited=5.0, idle_ending="closed")
    verdict = judge(evidence(first=exchange(), stability=steady, deep=deep))
    assert [verdict.main.code, *(one.code for one in verdict.further)] == ["TCP.IDLE", "TCP.EVICTED"]


def test_each_finding_is_told_once() -> None:
    steady = Stability((exchange(), refused(6), refused(5)), (0.01,))
    verdict = judge(evidence(first=refused(6), stability=steady))
    assert [verdict.main.code, *(one.code for one in verdict.further)] == ["MB.BUSY"]


def test_nothing_seen_is_no_verdict_and_a_good_answer_is_a_good_one() -> None:
    assert judge(Evidence(question())).main.code == "UNKNOWN"
    assert judge(evidence(first=exchange())).main.code == "OK"


def test_only_a_sure_fault_settles_it() -> None:
    assert is_settled(evidence(opening=OpeningSeen(ending="closed", after=0.001)))
    assert not is_settled(evidence(connect=ConnectSeen((attempted(Outcome.FAILED),))))
    assert not is_settled(evidence(first=exchange(), deep=DeepSeen(pipelined=1)))
