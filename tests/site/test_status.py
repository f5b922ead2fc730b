"""Status values go through the control socket and come back as they were."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter

from port502.collect.status import CollectorStatus, ConnectionStatus, UnitStatus
from port502.site.status import HistoryStatus, ListenerStatus, Refusal, SiteStatus, fault_of


def test_a_status_survives_json() -> None:
    unit = UnitStatus("pump", 1, "online", 3.5)
    connection = ConnectionStatus("plc", "tcp://10.0.0.1:502", "ready", 12.0, units=(unit,))
    collector = CollectorStatus(1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, connections=(connection,))
    refusal = Refusal("2026-03-01T10:00:00.000Z", "safe", "10.0.0.9", 1, "6", "holding", 100, "refuse", 1)
    listeners = (ListenerStatus("safe", "tcp://0.0.0.0:502", 2, 7, refusal),)
    status = SiteStatus("test", "site.yaml", 99, collector, HistoryStatus("data", lost=3), listeners)
    adapter = TypeAdapter(SiteStatus)
    assert adapter.validate_json(adapter.dump_json(status)) == status


def test_refusals_of_all_listeners_are_counted_and_the_newest_is_the_last() -> None:
    nothing = SiteStatus(
        "test", "site.yaml", 1, CollectorStatus(1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0), HistoryStatus("data")
    )
    assert (nothing.refused, nothing.last_refusal) == (0, None)
    early, late = (Refusal(f"2026-03-01T10:00:0{n}.000Z", f"l{n}", "10.0.0.9") for n in (1, 2))
    listeners = (
        ListenerStatus("l2", "url", refused=3, last_refusal=late),
        ListenerStatus("l1", "url", refused=4, last_refusal=early),
        ListenerStatus("l0", "url"),
    )
    status = replace(nothing, listeners=listeners)
    assert (status.refused, status.last_refusal) == (7, late)


def test_a_fault_is_told_only_where_no_sample_was_good() -> None:
    nobody = ConnectionStatus("plc", "tcp://10.0.0.1:502", "backing off", 1.0)
    silent = replace(nobody, connects=1, timeouts=3)
    refusing = replace(silent, exceptions=2)
    bad = CollectorStatus(1.0, 2, 3, 4, 0, 0, 4, 0, 0, 0)
    for connections, fault in (
        ((nobody,), "not connected"),
        ((nobody, silent), "no answer"),
        ((silent, refusing), "refused"),
    ):
        assert fault_of(replace(bad, connections=connections)) == fault
    assert fault_of(replace(bad, good=1, connections=(nobody,))) == ""
    assert fault_of(replace(bad, uncertain=1)) == ""
    assert fault_of(replace(bad, bad=0)) == ""
