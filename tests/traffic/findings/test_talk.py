from __future__ import annotations

from port502.traffic.findings.baseline import Conversation, Who
from port502.traffic.findings.spans import Spans
from port502.traffic.findings.talk import MOST_A_SECOND, Run, Talk, end_text
from port502.traffic.findings.window import SECOND


def test_a_run_goes_on_where_the_last_read_ended() -> None:
    run = Run()
    assert [run.step((1, 3), at, 100) for at in (0, 100, 200)] == [1, 2, 3]
    assert run.items == 300
    assert run.step((1, 4), 300, 100) == 1
    assert run.step((1, 4), 500, 100) == 1


def test_what_was_harmless_is_looked_at_again_once_it_is_known_what_is_usual() -> None:
    talk = Talk("10.0.0.1", "fd00::2", 502)
    talk.usual.add(b"read")
    who = Who("10.0.0.1", "fd00::2", 502, 1)
    talk.learned({1: Conversation(who, writes={"coil": Spans([(0, 1)])}, response_time=0.2, per_second=40)})
    assert not talk.usual
    assert talk.writes
    assert talk.most == 120
    assert talk.slow == {1: int(0.6 * SECOND)}
    talk.learned({})
    assert talk.most == MOST_A_SECOND


def test_ends_in_words() -> None:
    assert end_text("10.0.0.1", 502) == "10.0.0.1:502"
    assert end_text("fd00::2", 502) == "[fd00::2]:502"
    assert end_text("10.0.0.1") == "10.0.0.1"
