"""What came of an examination, for programs."""

from __future__ import annotations

import json

from tests.discover.doctor.cases import evidence, exchange
from tests.discover.doctor.reports import report


def test_the_documented_fields_are_there() -> None:
    told = json.loads(json.dumps(report().json()))
    assert {"verdict", "finding", "confidence", "evidence", "fix", "not_tested", "steps"} <= set(told)
    assert {"started", "took_s", "version", "by_hand", "target", "unit", "level", "further"} <= set(told)
    assert (told["finding"], told["confidence"], told["level"]) == ("APP.SILENT_ACKED", "sure", "fault")
    assert told["started"] == "2026-01-02T03:04:05.000Z"
    assert told["not_tested"] == [{"what": "duplicate address", "why": "needs CAP_NET_RAW"}]
    assert set(told["evidence"][0]) == {"kind", "signal", "value"}
    (step,) = told["steps"]
    assert (step["name"], step["result"], step["took_ms"]) == ("modbus", "silence after 5003 ms", 5003.2)
    assert set(step["by_hand"][0]) == {"shows", "linux", "windows"}


def test_only_a_fault_is_one() -> None:
    assert report().is_fault
    assert not report(evidence(first=exchange())).is_fault
