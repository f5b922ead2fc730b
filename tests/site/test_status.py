"""Status values go through the control socket and come back as they were."""

from __future__ import annotations

from pydantic import TypeAdapter

from port502.collect.status import CollectorStatus, ConnectionStatus, UnitStatus
from port502.site.status import HistoryStatus, SiteStatus


def test_a_status_survives_json() -> None:
    unit = UnitStatus("pump", 1, "online", 3.5)
    connection = ConnectionStatus("plc", "tcp://10.0.0.1:502", "ready", 12.0, units=(unit,))
    collector = CollectorStatus(1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, connections=(connection,))
    status = SiteStatus("test", "site.yaml", 99, collector, HistoryStatus("data", lost=3))
    adapter = TypeAdapter(SiteStatus)
    assert adapter.validate_json(adapter.dump_json(status)) == status
