"""The long run, deep looks, and failed writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from port502.discover.doctor.evidence import DeepSeen, Stability
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.failed_write import FailedWrite
from port502.discover.doctor.judge import judge
from port502.discover.doctor.judge.steady import timing
from tests.discover.doctor.cases import TAKEN, evidence, exchange, question, refused

OK = exchange()
LOSSY = replace(TAKEN, total_retrans=5, segments_out=40)
FEW = replace(TAKEN, total_retrans=5, segments_out=4000)


def judged(**more: Any) -> Any:
    return judge(evidence(first=OK, **more)).main


@pytest.mark.parametrize(
    ("steady", "code"),
    [
        (Stability((OK,) * 9, (0.01,) * 9, info=LOSSY), "NET.LOSS"),
        (Stability((OK,) * 9, (0.01,) * 9, info=FEW), "OK"),
        (Stability((OK, refused(0x0A), OK), (0.01, 0.01)), "GW.0A_BUSY"),
        (Stability((OK, refused(6), OK), (0.01, 0.01)), "MB.BUSY"),
        (Stability((OK, exchange(late=True, took=1.4)), (0.01,)), "APP.SLOW"),
        (Stability((OK, exchange(Answer.OTHER_ID, got_id=9)), (0.01,)), "GW.MIXED"),
        (Stability((OK, exchange(Answer.RESET)), (0.01,), "connection reset"), "TCP.EVICTED"),
        (Stability((OK, exchange(Answer.SILENT), OK), (0.01, 0.01)), "APP.SILENT_ACKED"),
        (Stability((OK,) * 20, (0.01,) * 15 + (0.2,) * 5), "PERF.JITTER"),
        (Stability((OK,) * 20, (0.01,) * 19 + (0.2,)), "OK"),
        (Stability((OK,) * 10, (0.01,) * 8 + (0.2,) * 2), "OK"),
        (Stability((OK,), (0.02,), short_time=0.02, long_time=0.134, long_quantity=50), "GW.SLOW"),
        (Stability((OK,), (0.02,), short_time=0.02, long_time=0.021, long_quantity=50), "OK"),
    ],
)
def test_what_repeated_reads_show(steady: Stability, code: str) -> None:
    assert judged(stability=steady).code == code


def test_the_baud_rate_is_guessed_from_the_cost_of_a_register() -> None:
    for baud in (9600, 19200):
        long = 0.02 + 49 * 22 / baud
        main = judged(stability=Stability((OK,), (0.02,), short_time=0.02, long_time=long, long_quantity=50))
        assert f"about {baud} baud" in main.sentence


@pytest.mark.parametrize(
    ("deep", "code"),
    [
        (DeepSeen(evicted=True, connections=1), "TCP.EVICTED"),
        (DeepSeen(idle_waited=10.0, idle_ending="closed"), "TCP.IDLE"),
        (DeepSeen(idle_waited=40.0, idle_lost=True), "TCP.HALF_OPEN"),
        (DeepSeen(connections=2, limit_reached=True), "PERF.LIMIT"),
        (DeepSeen(connections=8), "OK"),
        (DeepSeen(pipelined=1), "MB.PIPELINE"),
        (DeepSeen(pipelined=2), "OK"),
    ],
)
def test_what_only_a_deep_look_shows(deep: DeepSeen, code: str) -> None:
    assert judged(deep=deep).code == code


def test_any_unit_needs_both_unlikely_ids() -> None:
    both = (exchange(unit=201), exchange(unit=247))
    assert judged(units=both).code == "MB.ANY_UNIT"
    assert judged(units=both[:1]).code == "OK"
    assert judged(units=(refused(0x0B, unit=201), refused(0x0B, unit=247))).code == "OK"


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (FailedWrite(6, 1), "try 16"),
        (FailedWrite(16, 2), "read-only"),
        (FailedWrite(6, 3), "limits"),
        (FailedWrite(6, 4), "local mode"),
        (FailedWrite(6, 0x0B, unit=3), "unit 3"),
        (FailedWrite(6, 6, unit=9), "unit 9"),
        (FailedWrite(6, 0), "unknown"),
        (FailedWrite(6, 7), "password"),
        (FailedWrite(6, 1, refused_by_guard=True, rule="reads only"), "guard"),
    ],
)
def test_why_a_write_is_refused_while_reads_work(write: FailedWrite, said: str) -> None:
    main = judged(question=question(failed_write=write))
    assert main.code == "MB.WRITE_REFUSED"
    assert said in main.fix


def test_where_reads_fail_too_the_write_is_not_the_matter() -> None:
    asked = question(failed_write=FailedWrite(6, 2))
    assert (
        judge(evidence(question=asked, first=exchange(Answer.SILENT, info=TAKEN))).main.code
        == "APP.SILENT_ACKED"
    )


def test_device_time_is_told_apart_from_network_time() -> None:
    told = {
        one.signal: one.value
        for one in timing(Stability((OK,), (0.1, 0.2, 0.3), info=TAKEN, keepalive_s=7200.0))
    }
    assert told["network's share"] == "1.00 ms round trip"
    assert "median 200.0" in told["response times (ms)"]
    assert "7200" in told["keep-alive"]
