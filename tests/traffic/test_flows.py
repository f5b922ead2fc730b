"""Who polls whom."""

from __future__ import annotations

from port502.traffic import flows
from port502.traffic.flows import Flows
from tests.traffic.files import messages_of, polling
from tests.traffic.wire import MS, Talk, answer, ask


def test_each_kind_of_request_is_a_flow() -> None:
    made = Flows()
    made.add(messages_of(polling()))
    found = {(flow.key.function, flow.key.address, flow.key.quantity): flow for flow in made.sorted()}
    assert list(found) == [(1, 0x13, 3), (3, 107, 3), (3, 999, 1), (6, 5, None)]
    reads = found[3, 107, 3]
    assert (reads.requests, reads.responses, reads.unanswered) == (3, 2, 1)
    assert dict(found[3, 999, 1].exceptions) == {2: 1}


def test_how_often_and_how_fast() -> None:
    talk = Talk()
    for number in range(1, 11):
        talk.asks(ask(number)).answers(answer(number, 5))
        talk.time += 998 * MS
    talk.segment(answer(10, 5), client=False, at=talk.sent[False] - 11)
    made = Flows()
    made.add(messages_of(talk))
    record = made.sorted()[0].record()
    assert record["requests"] == record["responses"] == 10
    assert abs(record["interval_ms"] - 1000) < 1  # type: ignore[operator]
    assert record["jitter_ms"] == 0
    assert record["response_time_ms"] == {"p50": 1.0, "p95": 1.0, "p99": 1.0, "max": 1.0}
    assert (record["word_cnt"], record["reference_num"], record["unit_id"]) == (1, 0, 1)
    assert "exceptions" not in record


def test_flows_are_bounded() -> None:
    made = Flows()
    made.flows = dict.fromkeys(range(flows.MOST), None)  # type: ignore[assignment, arg-type]
    made.add(messages_of(Talk().asks(ask(1))))
    assert made.left_out == 1


def test_retransmissions_of_its_connections() -> None:
    talk = Talk().asks(ask(1)).segment(ask(1), at=1000).answers(answer(1, 5))
    made = Flows()
    made.add(messages_of(talk))
    assert made.sorted()[0].retransmissions == 1
