"""Connection states."""

from __future__ import annotations

from port502.transport.states import LinkState


def test_states_read_as_words() -> None:
    assert f"{LinkState.BACKING_OFF}" == "backing off"
    assert [str(state) for state in LinkState] == [
        "idle",
        "connecting",
        "settling",
        "ready",
        "backing off",
        "closed",
    ]
