"""Connection states."""

from __future__ import annotations

from port502.transport.states import LinkState, heard_by


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


def test_several_hear_the_same() -> None:
    heard: list[bytes] = []
    both = heard_by(lambda way, data: heard.append(data), None, lambda way, data: heard.append(data[::-1]))
    assert both is not None
    both("sent", b"ab")
    assert heard == [b"ab", b"ba"]
    assert heard_by(None) is None
