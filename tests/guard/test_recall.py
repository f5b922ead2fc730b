from __future__ import annotations

from port502.guard.auditor import Auditor
from port502.guard.recall import Recall
from port502.guard.record import LOCKED, REFUSED, REPEATED, WRITE, Record


def test_the_newest_of_several_listeners_come_first() -> None:
    recall = Recall()
    first, second = Auditor(), Auditor()
    recall.hear(first, "guard")
    recall.hear(second, "share")
    first.take(Record(event=REFUSED, client="10.0.0.9"))
    second.take(Record(event=LOCKED))
    first.take(Record(event=REFUSED, client="10.0.0.8"))
    assert [(one.number, one.listener, one.record.event) for one in recall.newest()] == [
        (3, "guard", REFUSED), (2, "share", LOCKED), (1, "guard", REFUSED),
    ]  # fmt: skip
    assert [one.number for one in recall.newest(1)] == [3]
    assert [one.number for one in recall.newest(before=3)] == [2, 1]
    assert [one.number for one in recall.newest(events={LOCKED})] == [2]
    assert recall.newest()[0].record.time


def test_writes_as_asked_are_left_to_the_audit_log_unless_wanted() -> None:
    recall = Recall()
    gate, dashboard = Auditor(), Auditor()
    recall.hear(gate, "guard")
    recall.hear(dashboard, "web", writes=True)
    for outcome in ("done", "exception 2"):
        gate.take(Record(event=WRITE, outcome=outcome))
        dashboard.take(Record(event=WRITE, outcome=outcome))
    found = [(one.listener, one.record.outcome) for one in recall.newest()]
    assert found == [("web", "exception 2"), ("guard", "exception 2"), ("web", "done")]


def test_a_flood_is_counted_and_does_not_grow() -> None:
    now = 0.0
    recall = Recall(most=10)
    auditor = Auditor(clock=lambda: now)
    recall.hear(auditor, "guard")
    for _ in range(1000):
        auditor.take(Record(event=REFUSED, client="10.0.0.9"), "alike")
    now = 60.0
    auditor.sweep()
    summary, first = recall.newest()
    assert (first.record.event, summary.record.event, summary.record.count) == (REFUSED, REPEATED, 999)
    for _ in range(50):
        auditor.take(Record(event=LOCKED))
    assert len(recall.newest()) == 10
    assert recall.newest()[0].number == 52
