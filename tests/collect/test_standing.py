from __future__ import annotations

from port502.collect.standing import Standing
from port502.transport.states import LinkState


def test_time_adds_up_over_all_stays_in_a_state() -> None:
    standing = Standing(100.0)
    standing.turn(LinkState.CONNECTING, 101.0)
    standing.turn(LinkState.READY, 103.0)
    standing.turn(LinkState.BACKING_OFF, 113.0)
    standing.turn(LinkState.CONNECTING, 120.0)
    standing.turn(LinkState.READY, 121.0)
    spent = {state: standing.spent(state, 131.0) for state in LinkState}
    assert spent == {
        LinkState.IDLE: 1.0,
        LinkState.CONNECTING: 3.0,
        LinkState.SETTLING: 0.0,
        LinkState.READY: 20.0,
        LinkState.BACKING_OFF: 7.0,
        LinkState.CLOSED: 0.0,
    }
    assert sum(spent.values()) == 31.0
    assert (standing.state, standing.since) == (LinkState.READY, 121.0)
    assert [standing.entered(state) for state in LinkState] == [1, 2, 0, 2, 1, 0]


def test_a_state_that_is_said_again_is_no_new_one() -> None:
    standing = Standing(0.0)
    standing.turn(LinkState.READY, 1.0)
    standing.turn(LinkState.READY, 5.0)
    assert standing.entered(LinkState.READY) == 1
    assert standing.spent(LinkState.READY, 6.0) == 5.0
