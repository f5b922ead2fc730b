from __future__ import annotations

from port502.traffic.findings.baseline import Baseline, Conversation, Usual, Who


def test_a_value_may_lie_a_fourth_of_the_span_beyond() -> None:
    usual = Usual(100, 500, writes=9)
    assert [value for value in (-1, 0, 100, 600, 601) if usual.holds(value)] == [0, 100, 600]
    assert not Usual(7, 7, writes=3).holds(8)
    assert Usual(7, 7, writes=2).holds(8)
    assert Usual(0, 9, counts=True).holds(60000)


def test_a_step_may_be_three_times_as_large() -> None:
    usual = Usual(0, 1000, step=10, writes=50)
    assert usual.allows_step(500, 530)
    assert not usual.allows_step(500, 531)
    assert Usual(0, 1000, step=0, writes=2).allows_step(0, 1000)
    assert Usual(0, 1000, step=1, writes=50, counts=True).allows_step(1000, 0)


def test_who_takes_part() -> None:
    baseline = Baseline()
    for unit in (1, 2):
        who = Who("10.0.0.1", "10.0.0.2", 502, unit)
        baseline.conversations[who] = Conversation(who, requests=3)
    assert baseline.requests == 6
    assert (baseline.clients, baseline.servers) == ({"10.0.0.1"}, {"10.0.0.2"})
    assert set(baseline.between("10.0.0.1", "10.0.0.2", 502)) == {1, 2}
    assert set(baseline.between("10.0.0.1", "10.0.0.2", 0)) == {1, 2}
    assert baseline.between("10.0.0.1", "10.0.0.2", 503) == {}
    assert baseline.between("10.0.0.9", "10.0.0.2", 502) == {}
