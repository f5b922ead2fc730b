"""What a running site knows of its devices."""

from __future__ import annotations

import pytest

from port502.collect.status import CollectorStatus, ConnectionStatus, UnitStatus
from port502.commission.audit.running import live_of


def status(*connections: ConnectionStatus) -> CollectorStatus:
    return CollectorStatus(1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, connections=connections)


@pytest.mark.parametrize(
    ("state", "replies", "is_open"),
    [("ready", 0, True), ("idle", 5, True), ("idle", 0, False), ("backing off", 9, False)],
)
def test_a_connection_is_open_where_it_is_or_has_been_used(state: str, replies: int, is_open: bool) -> None:
    (probe,) = live_of(status(ConnectionStatus("c", "tcp://10.0.0.1", state, 1.0, replies=replies))).probes
    assert probe.is_open is is_open
    assert state in probe.text


def test_units_are_told_as_they_fare() -> None:
    units = (
        UnitStatus("one", 1, "online", 1.0),
        UnitStatus("two", 2, "offline", 1.0, last_error="silent"),
        UnitStatus("new", 3, "not yet asked", 1.0),
    )
    connection = ConnectionStatus("c", "tcp://10.0.0.1", "ready", 1.0, response_p95=0.25, units=units)
    (probe,) = live_of(status(connection)).probes
    assert [(one.device, one.answered, one.text) for one in probe.asked] == [
        ("one", True, "answers"),
        ("two", False, "is offline: silent"),
    ]
    assert probe.asked[0].took == 0.25


def test_why_a_connection_is_not_open_is_said() -> None:
    one = ConnectionStatus("c", "rtu:///dev/ttyUSB0", "backing off", 1.0, last_error="no such device")
    (probe,) = live_of(status(one)).probes
    assert probe.text == "is backing off: no such device, as port502 run has it"
