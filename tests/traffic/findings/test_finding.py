from __future__ import annotations

from port502.traffic.findings.attack import own_attack
from port502.traffic.findings.finding import MOST_FRAMES, Finding
from port502.traffic.findings.severity import Severity

SECOND = 1_000_000_000


def listen_only() -> Finding:
    return Finding(1, "DIAGNOSTICS.LISTEN_ONLY", "10.0.0.66", "10.0.0.2:502", SECOND, SECOND, {}, 7)


def test_it_says_who_did_what_and_what_to_do() -> None:
    one = listen_only()
    assert one.severity is Severity.CRITICAL
    assert (
        one.sentence == "10.0.0.66 forces unit 7 of 10.0.0.2:502 to listen only: it answers nobody any more"
    )
    assert "restart (8/1)" in one.fix


def test_it_keeps_the_first_frames_and_the_last() -> None:
    one = listen_only()
    for frame in range(1, 1001):
        one.again(frame * SECOND, frame)
    assert one.count == 1000
    assert one.last == 1000 * SECOND
    assert one.frames == [*range(1, MOST_FRAMES), 1000]


def test_what_was_seen_without_frames_has_none() -> None:
    one = listen_only()
    one.again(2 * SECOND, 0)
    assert one.frames == []


def test_the_record_has_all_of_it() -> None:
    one = listen_only()
    one.again(2 * SECOND, 12)
    record = one.record(own_attack())
    assert record["finding"] == "DIAGNOSTICS.LISTEN_ONLY"
    assert record["frames"] == [12]
    assert record["unit_id"] == 7
    assert record["first"] == "1970-01-01T00:00:01.000000Z"
    assert record["attack"] == [
        {"id": "T0814", "name": "Denial of Service"},
        {"id": "T0813", "name": "Denial of Control"},
        {"id": "T0803", "name": "Block Command Message"},
        {"id": "T0804", "name": "Block Reporting Message"},
    ]
    placed = one.record(own_attack(), lambda frame: ("b.pcap", frame - 10))
    assert placed["frames"] == [{"file": "b.pcap", "frame": 2}]
